"""Ids for runs, leases, calls and requests."""

from ulid import ULID


def new_id() -> str:
    """A new ULID: unique, and sortable by time."""
    return str(ULID())
