"""Which vehicles can serve a task, decided before any engine starts."""
