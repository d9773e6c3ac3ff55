"""How large a function's answer may be, and gzip for what is larger."""

import gzip
import json

from milkrun.http.accept import media_types

GZIP = "application/gzip"
_LAMBDA_LIMIT = 6_291_556
"""Bytes of a function's answer in JSON."""
_ROOM = 16_384
"""Bytes of that limit for status and headers."""


def fits(body: str) -> bool:
    """Whether an answer may have this body, which is longer as a JSON string: quotes are escaped."""
    return len(json.dumps(body)) <= _LAMBDA_LIMIT - _ROOM


def fits_zipped(zipped: bytes) -> bool:
    """Whether an answer may have these bytes, which go to the gateway as base64."""
    return -(-len(zipped) // 3) * 4 <= _LAMBDA_LIMIT - _ROOM


def asks_for_gzip(accept: str) -> bool:
    """Whether `Accept` begins with `application/gzip`. Only then does the gateway decode base64."""
    return media_types(accept.partition(",")[0]) == [GZIP]


def zipped(body: str) -> bytes:
    """The body as a gzip file. The same body gives the same bytes."""
    return gzip.compress(body.encode(), compresslevel=6, mtime=0)
