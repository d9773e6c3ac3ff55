"""A module from a function's layer."""

ORIGIN = "layer"
