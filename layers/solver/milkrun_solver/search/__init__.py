"""The search: rounds, the incumbent, which operator comes next, and when it ends."""
