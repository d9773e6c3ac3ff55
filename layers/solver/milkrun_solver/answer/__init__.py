"""VROOM's output from routes, and routes from it."""
