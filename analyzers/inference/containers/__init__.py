"""Builtin containers and the methods of builtin types."""
