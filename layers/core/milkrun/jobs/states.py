"""States of a run, and which state may follow which."""

from enum import StrEnum

UNCONFIRMED = "unconfirmed"
"""Stored in place of a status until replicas have a submitted run. Nobody sees such a run."""


class Status(StrEnum):
    """The status of a run."""

    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        return not TRANSITIONS[self]


TRANSITIONS: dict[Status, dict[Status, tuple[str, ...]]] = {
    Status.PENDING: {
        Status.RUNNING: ("claim",),
        Status.COMPLETED: ("cancel",),
        Status.FAILED: ("dispatch",),
        Status.CANCELLED: ("cancel",),
    },
    Status.RUNNING: {
        Status.PENDING: ("requeue", "expire"),
        Status.COMPLETED: ("complete", "expire", "cancel"),
        Status.FAILED: ("fail", "expire"),
        Status.CANCELLED: ("complete", "expire", "cancel"),
    },
    Status.COMPLETED: {},
    Status.FAILED: {},
    Status.CANCELLED: {},
}
"""For each state, the states that may follow it, each with the scripts that lead there."""
