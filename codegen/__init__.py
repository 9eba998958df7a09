"""The back end: facts in, files out."""
