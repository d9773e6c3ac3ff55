"""Names for what is new: runs, leases, calls and requests."""

from ulid import ULID


def new_id() -> str:
    """A ULID: nobody else has it, and it sorts by time."""
    return str(ULID())
