"""Timestamps as answers write them."""

from datetime import datetime


def timestamp(moment: datetime) -> str:
    """A moment in UTC, in RFC 3339 with milliseconds."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
