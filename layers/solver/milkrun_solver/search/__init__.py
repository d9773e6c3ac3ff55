"""The search: its rounds, the choice of operators, the incumbent, and when it ends."""
