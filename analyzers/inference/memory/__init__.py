"""Cells and objects: reading, writing and joining what the containers and instances of a program hold."""
