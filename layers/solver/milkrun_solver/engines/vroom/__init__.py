"""VROOM as an engine, in child processes."""
