"""Functions, classes, instances, awaitables and entities: what they are made of and what their attributes give."""
