"""What the interpreter knows of functions and objects outside the project, a module for each family of them.

`analyzers.inference.families` finds the module of a name, and imports it when a program first mentions the name.
"""
