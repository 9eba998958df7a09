"""The command line: one module a verb, and nothing in it but arguments, calls and printing."""
