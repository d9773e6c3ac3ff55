"""How much a function may answer, and the way around it."""

import gzip
import json

from milkrun.http.accept import media_types

GZIP = "application/gzip"
_LAMBDA_LIMIT = 6_291_556
"""Bytes of a function's answer, written as JSON."""
_ROOM = 16_384
"""Of these, for status and headers."""


def fits(body: str) -> bool:
    """Whether an answer may have this body, which costs more than its length: quotes are escaped."""
    return len(json.dumps(body)) <= _LAMBDA_LIMIT - _ROOM


def fits_zipped(zipped: bytes) -> bool:
    """Whether an answer may have these bytes, which travel to the gateway as base64."""
    return -(-len(zipped) // 3) * 4 <= _LAMBDA_LIMIT - _ROOM


def asks_for_gzip(accept: str) -> bool:
    """Whether `Accept` begins with `application/gzip`. The gateway decodes base64 for no other caller."""
    return media_types(accept.partition(",")[0]) == [GZIP]


def zipped(body: str) -> bytes:
    """The body as a gzip file, the same bytes for the same body."""
    return gzip.compress(body.encode(), compresslevel=6, mtime=0)
