"""Fetches a small JSON document from the issuer, and from no other address."""

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
"""A key takes about 500 bytes, or two kilobytes with its certificates."""

_SECURE = frozenset({"https"})


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Refuses redirects, which would let the answering server choose the next address."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def fetch_json(url: str, *, schemes: Collection[str] = _SECURE) -> Any:
    """Fetches the JSON document at `url`: at most 256 KiB, within 2 seconds, without redirects or proxies.

    Raises:
        IssuerUnavailableError: The document cannot be fetched, or is not JSON.
    """
    parts = urlsplit(url)
    if parts.scheme not in schemes or not parts.hostname or "@" in parts.netloc:
        raise IssuerUnavailableError("the issuer's URLs must use https and contain no user name")
    try:
        return json.loads(within(FETCH_SECONDS, lambda: _read(url)))
    # URLError and TimeoutError are OSErrors. Deeply nested brackets exhaust the parser's recursion.
    except (OSError, http.client.HTTPException, ValueError, RecursionError) as error:
        # The message goes to the log, which must not name a server.
        raise IssuerUnavailableError(f"{parts.path}: {type(error).__name__}") from error


def _read(url: str) -> bytes:
    opener = urllib.request.build_opener(_NoRedirects, urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=FETCH_SECONDS) as response:
        document: bytes = response.read(MAX_BYTES + 1)
    if len(document) > MAX_BYTES:
        raise ValueError(f"more than {MAX_BYTES} bytes")
    return document
