"""What eagerc knows of code that it does not read: flytekit's ways to make entities, and well-known libraries."""
