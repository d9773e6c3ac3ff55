import pytest

from milkrun.errors import InvalidParameterError
from milkrun.http.headers import (
    MAX_WAIT,
    correlation_id,
    idempotency_key,
    run_location,
    wait_seconds,
)


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        ("", 0),
        ("wait=5", 5),
        ("respond-async, wait=10", 10),
        ("wait=10; foo=bar", 10),
        ('Wait = "3"', 3),
        ("wait=0", 0),
        ("wait=999", MAX_WAIT),
        ("wait=-1", 0),
        ("wait=abc", 0),
        ("wait=1.5", 0),
        ("nowait=5", 0),
        ("wait=" + "9" * 10_000, MAX_WAIT),
        ("wait=3,wait=5", 3),
        ("," * 100_000 + "wait=5", 0),
    ],
)
def test_prefer_wait_is_read_or_ignored(prefer: str, seconds: int) -> None:
    assert wait_seconds(prefer) == seconds


def test_a_safe_correlation_id_is_kept() -> None:
    assert correlation_id("order-17:retry.2") == "order-17:retry.2"


@pytest.mark.parametrize("sent", [None, "", "a b", "a\nb", "x" * 129, "ü", '"}{"'])
def test_an_unsafe_correlation_id_is_replaced(sent: str | None) -> None:
    made = correlation_id(sent)
    assert made != sent
    assert len(made) == 26
    assert made != correlation_id(sent)


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/optimize", "/optimize/R"),
        ("/v1/optimize/", "/v1/optimize/R"),
        ("/v1/%6Fptimize", "/v1/%6Fptimize/R"),
        ("/optimize\r\nX-Evil: 1", "/optimize%0D%0AX-Evil:%201/R"),
        ("/ü", "/%C3%BC/R"),
        ("/\ud800", "/%3F/R"),
    ],
)
def test_a_location_is_below_the_path_and_fits_into_a_header(path: str, location: str) -> None:
    assert run_location(path, "R") == location


@pytest.mark.parametrize(("sent", "key"), [(None, None), ("abc", "abc"), ('"abc"', "abc"), (" a b ", "a b")])
def test_an_idempotency_key_is_read_with_or_without_quotes(sent: str | None, key: str | None) -> None:
    assert idempotency_key(sent) == key


@pytest.mark.parametrize("sent", ["", '""', "x" * 256, "a\tb", "ü", " "])
def test_a_bad_idempotency_key_is_named(sent: str) -> None:
    with pytest.raises(InvalidParameterError, match="Idempotency-Key"):
        idempotency_key(sent)
