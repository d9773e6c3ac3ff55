"""PyVRP, in threads."""
