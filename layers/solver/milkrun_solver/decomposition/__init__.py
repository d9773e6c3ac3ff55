"""Cutting a problem or a plan into parts, and the parts into subproblems."""
