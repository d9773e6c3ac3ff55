"""VROOM, in a child process."""
