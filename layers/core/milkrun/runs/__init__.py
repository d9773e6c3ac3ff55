"""Use cases: what the handlers do with runs."""
