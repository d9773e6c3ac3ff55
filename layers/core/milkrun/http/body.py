"""Reads the bytes of a request's body: decoded, unzipped, and never more than allowed."""

import base64
import binascii
import zlib

from milkrun.errors import BodyTooLargeError, InvalidJsonError

_GZIP_MAGIC = b"\x1f\x8b"
_UNREADABLE = "\ufffd"
_NOT_UTF_8 = (
    "The body is not valid UTF-8, or it contains the character U+FFFD. "
    "Send UTF-8, and write U+FFFD as `\\ufffd`."
)
_GZIP = zlib.MAX_WBITS | 16


def read_body(body: str | None, *, is_base64: bool, limit: int) -> bytes:
    """The body as sent, or unzipped if it is gzip. (JSON never starts with gzip's first byte.)

    If a body is not UTF-8, API Gateway replaces what it cannot read with U+FFFD. We cannot tell whether the
    caller sent U+FFFD, so it is refused. In JSON it can be written as an escape.

    Raises:
        InvalidJsonError: There is no body, or it is neither text nor gzip.
        BodyTooLargeError: It has more than `limit` bytes, as sent or unzipped.
    """
    if not body:
        raise InvalidJsonError("The body is empty. Send a routing problem as JSON.")
    if _UNREADABLE in body:
        raise InvalidJsonError(_NOT_UTF_8)
    if (len(body) // 4 * 3 - 2 if is_base64 else len(body)) > limit:  # a lower bound, without a copy
        raise BodyTooLargeError(f"The body has more than {limit:,} bytes.")
    try:
        data = base64.b64decode(body, validate=True) if is_base64 else body.encode()
    except UnicodeEncodeError:
        raise InvalidJsonError(_NOT_UTF_8) from None
    except (binascii.Error, ValueError):
        raise InvalidJsonError("The body is not valid base64.") from None
    if data.startswith(_GZIP_MAGIC):
        return _unzip(data, limit)
    if len(data) > limit:
        raise BodyTooLargeError(f"The body has more than {limit:,} bytes.")
    return data


def _unzip(data: bytes, limit: int) -> bytes:
    """Unzips at most one byte more than the limit."""
    unzipper = zlib.decompressobj(_GZIP)
    try:
        unzipped = unzipper.decompress(data, limit + 1)
    except zlib.error:
        raise InvalidJsonError("The body is not valid gzip.") from None
    if len(unzipped) > limit:
        raise BodyTooLargeError(f"The body has more than {limit:,} bytes after unzipping.")
    if not unzipper.eof:
        raise InvalidJsonError("The gzip body is incomplete.")
    if unzipper.unused_data:
        raise InvalidJsonError("The gzip body has extra bytes after its end.")
    return unzipped
