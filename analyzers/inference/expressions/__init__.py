"""Expressions, and what a program asks of values in them."""
