"""Moments, as answers write them."""

from datetime import datetime


def timestamp(moment: datetime) -> str:
    """RFC 3339, to the millisecond; `moment` is in UTC."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
