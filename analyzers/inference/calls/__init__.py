"""Calls: activations of bodies, generators, lazy iterators, and what callees of every kind do."""
