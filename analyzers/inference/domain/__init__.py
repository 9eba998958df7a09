"""What the interpreter computes with: abstract values, where they are stored, and the records of what was met."""
