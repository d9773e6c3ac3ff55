"""PyVRP as an engine, in threads."""
