"""Return codes: the first element of each script's reply. Negative codes are refusals and change no run.

Some refusals still clean up: `dispatch` and `expire` remove a run that is gone, or has no lease, from
indexes, and `submit` releases the bytes of expired runs. `confirm` returns NOT_FOUND for a run that it has
erased.
"""

from enum import IntEnum


class Code(IntEnum):
    """Return codes of the scripts; each script's header lists its own."""

    OK = 0
    REPLAYED = 1
    """submit: the idempotency key already has a run with this body."""
    STOP = 2
    """renew, requeue: the caller asked to stop; complete with the best so far."""
    WAITING = 3
    """submit, dispatch, claim: the owner is at the limit of running runs; the run waits for its turn."""
    GAVE_UP = 4
    """dispatch, expire: the run has now failed."""
    STOPPED = 5
    """expire: the run was asked to stop and has now ended."""
    UNCONFIRMED = 6
    """The change is noted. It takes effect once replicas have it and `confirm` has run."""
    NOT_FOUND = -1
    ENDED = -2
    HELD = -3
    """Another worker holds the lease."""
    LOST = -4
    """The token no longer holds the lease."""
    PENDING_LIMIT = -5
    KEY_REUSED = -6
    """The idempotency key has a run with another body."""
    NOT_DUE = -7
    EXHAUSTED = -8
    """requeue: the dependency has been down too long."""
    NEWER = -9
    """claim: a newer version submitted the run, and may have written data that this one cannot read."""
    BYTES_LIMIT = -10
    RATE_LIMIT = -11
    OLDER = -12
    """claim: an older run of the owner, whose workers did not arrive, goes first."""
    BUSY = -13
    """calls/begin, stack/begin: the limit of waiting calls, or of running runs, is reached."""
