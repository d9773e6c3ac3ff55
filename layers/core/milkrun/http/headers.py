"""Reads request headers, and writes the location of a run."""

import re
from urllib.parse import quote

from milkrun.errors import InvalidParameterError
from milkrun.ids import new_id

MAX_WAIT = 25
"""The most seconds that a call may wait: API Gateway ends a request after 29."""

_WAIT = re.compile(r'(?:^|[,;])\s*wait\s*=\s*"?(\d+)"?\s*(?:$|[,;])', re.IGNORECASE)
_CORRELATION_ID = re.compile(r"[A-Za-z0-9._:=+/@-]{1,128}")
_OF_PATHS = "/%:@!$&'()*+,;=~"
"""Characters of an escaped path (RFC 3986), in addition to letters, digits and `-._`."""
_KEY = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")


def wait_seconds(prefer: str) -> int:
    """The seconds of `Prefer: wait=N` (RFC 7240), at most 25; 0 if it is absent or malformed.

    Args:
        prefer: All `Prefer` headers of a request, joined by commas. The first wait counts.
    """
    match = _WAIT.search(prefer[:1_000])
    return min(int(match[1]), MAX_WAIT) if match else 0


def correlation_id(sent: str | None) -> str:
    """The caller's `X-Correlation-ID` if it is safe to log and return, else a new one."""
    return sent if sent and _CORRELATION_ID.fullmatch(sent) else new_id()


def run_location(submitted_to: str, run_id: str) -> str:
    """The path of a run, below the path that it was submitted to, which may begin with a stage.

    Characters that no header may contain are escaped.
    """
    path = quote(submitted_to.rstrip("/"), safe=_OF_PATHS, errors="replace")
    return f"{path}/{run_id}"


def idempotency_key(sent: str | None) -> str | None:
    """The `Idempotency-Key`, with or without the quotes of the IETF draft.

    Raises:
        InvalidParameterError: It is empty, over 255 characters, or not printable ASCII.
    """
    if sent is None:
        return None
    key = sent.strip()
    if len(key) >= 2 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not _KEY.fullmatch(key):
        raise InvalidParameterError("Idempotency-Key must be 1 to 255 printable ASCII characters.")
    return key
