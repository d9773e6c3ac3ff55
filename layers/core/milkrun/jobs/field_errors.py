"""The fields that a failed run names, as its hash holds them: a JSON array of `[loc, message]`."""

import json
from collections.abc import Sequence

from milkrun.errors import FieldError

MOST = 100
"""The most fields that are stored."""
MOST_BYTES = 16_384
"""The most bytes of the JSON: every status request reads the whole hash."""


def to_stored(errors: Sequence[FieldError]) -> str:
    """The first errors as JSON, as many as the limits allow; empty if there are none."""
    kept: list[str] = []
    size = len("[]")
    for error in errors[:MOST]:
        entry = json.dumps(error, separators=(",", ":"))
        size += len(entry) + len(",")
        if size > MOST_BYTES:
            break
        kept.append(entry)
    return f"[{','.join(kept)}]" if kept else ""


def from_stored(text: str) -> tuple[FieldError, ...]:
    """Reads what `to_stored` wrote.

    Raises:
        ValueError: The text is something else.
    """
    return tuple(FieldError(loc, message) for loc, message in json.loads(text)) if text else ()
