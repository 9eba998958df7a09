"""Statements: bindings, imports, definitions, failures, contexts and loops."""
