"""What the tests of the model share."""

MATRIX = {"car": {"durations": [[0, 5, 9], [6, 0, 7], [4, 4, 0]]}}
"""Travel times between three places."""
