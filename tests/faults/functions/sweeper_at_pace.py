"""The sweeper as deployed, at the harness's pace."""

import pace  # noqa: F401

# isort: split
from sweeper_handler import lambda_handler

__all__ = ["lambda_handler"]
