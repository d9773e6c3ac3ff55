"""SISR: Milkrun's own compiled search."""
