"""Fetching a small JSON document of the issuer's, and nothing else from nowhere else."""

import http.client
import json
import urllib.request
from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

from milkrun.patience import within
from milkrun_authorizer.errors import IssuerUnavailableError

FETCH_SECONDS = 2.0
MAX_BYTES = 262_144
"""A key takes about 500 bytes, two kilobytes with its certificates."""

_SECURE = frozenset({"https"})


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would let whoever answers choose the next address."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def fetch_json(url: str, *, schemes: Collection[str] = _SECURE) -> Any:
    """The JSON document at `url`, within 2 seconds, without redirects or proxies, of 256 KiB at most.

    Raises:
        IssuerUnavailableError: There is no such document there.
    """
    parts = urlsplit(url)
    if parts.scheme not in schemes or not parts.hostname or "@" in parts.netloc:
        raise IssuerUnavailableError("the issuer's documents must have plain https URLs")
    try:
        return json.loads(within(FETCH_SECONDS, lambda: _read(url)))
    # URLError and TimeoutError are OSErrors; brackets without end exhaust the parser.
    except (OSError, http.client.HTTPException, ValueError, RecursionError) as error:
        # This lands in the log, which names no server.
        raise IssuerUnavailableError(f"{parts.path}: {type(error).__name__}") from error


def _read(url: str) -> bytes:
    opener = urllib.request.build_opener(_NoRedirects, urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=FETCH_SECONDS) as response:
        document: bytes = response.read(MAX_BYTES + 1)
    if len(document) > MAX_BYTES:
        raise ValueError(f"more than {MAX_BYTES} bytes")
    return document
