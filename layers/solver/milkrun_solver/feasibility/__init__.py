"""Which vehicles can serve a task, told before any engine starts."""
