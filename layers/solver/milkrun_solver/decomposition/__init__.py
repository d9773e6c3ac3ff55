"""Decomposition: districts, parts, subproblems and route elimination."""
