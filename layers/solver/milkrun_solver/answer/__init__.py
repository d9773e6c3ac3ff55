"""Translates routes to VROOM's output and back."""
