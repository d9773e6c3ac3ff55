import base64
import gzip
import tracemalloc

import pytest

from milkrun.errors import BodyTooLargeError, InvalidJsonError
from milkrun.http.body import read_body


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_plain_text_is_used_as_it_is() -> None:
    assert read_body('{"ä":1}', is_base64=False, limit=100) == '{"ä":1}'.encode()


def test_base64_is_decoded() -> None:
    assert read_body(encoded(b"{}"), is_base64=True, limit=100) == b"{}"


def test_gzip_is_unzipped() -> None:
    assert read_body(encoded(gzip.compress(b"{}" * 40)), is_base64=True, limit=100) == b"{}" * 40


def test_text_that_the_gateway_could_not_decode_is_refused() -> None:
    with pytest.raises(InvalidJsonError, match="UTF-8"):
        read_body('{"description": "caf\ufffd"}', is_base64=False, limit=100)


@pytest.mark.parametrize("body", [None, ""])
def test_an_empty_body_is_not_json(body: str | None) -> None:
    with pytest.raises(InvalidJsonError):
        read_body(body, is_base64=False, limit=100)


def test_a_large_body_is_refused() -> None:
    with pytest.raises(BodyTooLargeError, match=r"more than 100 bytes\.$"):
        read_body("x" * 101, is_base64=False, limit=100)


def test_a_bomb_is_unzipped_no_further_than_the_limit() -> None:
    with pytest.raises(BodyTooLargeError, match="more than 100,000 bytes after unzipping"):
        read_body(encoded(gzip.compress(b"0" * 50_000_000)), is_base64=True, limit=100_000)


@pytest.mark.parametrize("size", range(96, 101))
def test_base64_of_the_largest_body_is_accepted(size: int) -> None:
    assert read_body(encoded(b"x" * size), is_base64=True, limit=size) == b"x" * size


@pytest.mark.parametrize("is_base64", [True, False])
def test_a_body_too_large_as_sent_is_refused_without_a_copy(is_base64: bool) -> None:
    body = "x" * 10_000_000
    tracemalloc.start()
    with pytest.raises(BodyTooLargeError):
        read_body(body, is_base64=is_base64, limit=1_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < len(body) / 10


GZIP = gzip.compress(b"{}", mtime=0)


@pytest.mark.parametrize("body", [GZIP[:-4], b"\x1f\x8bgarbage", GZIP + b"more", GZIP * 2])
def test_broken_gzip_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidJsonError):
        read_body(encoded(body), is_base64=True, limit=100)


def test_broken_base64_is_refused() -> None:
    with pytest.raises(InvalidJsonError, match="not valid base64"):
        read_body("%%%", is_base64=True, limit=100)
