"""Pictures in the documentation that are drawn from the code."""
