import socket
import threading
import time
from functools import partial

import pytest

from milkrun_authorizer import fetch
from milkrun_authorizer.errors import IssuerUnavailableError
from tests.waiting import MARGIN

from .conftest import Issuer

fetch_plain = partial(fetch.fetch_json, schemes={"http"})


def test_a_document_is_fetched(issuer: Issuer) -> None:
    issuer.say("/it", {"a": [1]})
    assert fetch_plain(f"{issuer.url}/it") == {"a": [1]}


@pytest.mark.parametrize(
    "url",
    [
        "http://issuer.example/keys",
        "file:///etc/passwd",
        "ftp://issuer.example/keys",
        "data:application/json,{}",
        "https:///keys",
        "https://user:secret@issuer.example/keys",
        "//issuer.example/keys",
        "",
    ],
)
def test_documents_are_fetched_only_over_https(url: str) -> None:
    with pytest.raises(IssuerUnavailableError, match="must use https"):
        fetch.fetch_json(url)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(issuer: Issuer, status: int) -> None:
    issuer.say("/secret", {})
    issuer.replies["/it"] = (status, {"Location": f"{issuer.url}/secret"}, b"")
    with pytest.raises(IssuerUnavailableError):
        fetch_plain(f"{issuer.url}/it")
    assert issuer.asked == ["/it"]


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff\xfe", b"[" * 100_000])
def test_a_document_that_is_not_json_is_refused(issuer: Issuer, body: bytes) -> None:
    issuer.replies["/it"] = (200, {}, body)
    with pytest.raises(IssuerUnavailableError):
        fetch_plain(f"{issuer.url}/it")


def test_a_large_document_is_not_read_to_its_end(issuer: Issuer) -> None:
    issuer.replies["/it"] = (200, {}, b" " * fetch.MAX_BYTES + b"{}")
    with pytest.raises(IssuerUnavailableError):
        fetch_plain(f"{issuer.url}/it")


@pytest.mark.parametrize("status", [404, 500, 503])
def test_an_error_status_is_not_a_document(issuer: Issuer, status: int) -> None:
    issuer.replies["/it"] = (status, {}, b"{}")
    with pytest.raises(IssuerUnavailableError):
        fetch_plain(f"{issuer.url}/it")


def test_a_server_that_is_gone_is_reported() -> None:
    with pytest.raises(IssuerUnavailableError, match=r"^/it: URLError$"):
        fetch_plain("http://127.0.0.1:1/it")


def test_an_answer_that_trickles_in_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "FETCH_SECONDS", 0.3)
    ended = threading.Event()

    def drip(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n")
            while not ended.wait(0.05):  # each byte arrives well before the socket's timeout
                connection.sendall(b" ")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=drip, args=(listener,), daemon=True).start()
        began = time.monotonic()
        with pytest.raises(IssuerUnavailableError, match="TimeoutError"):
            fetch_plain(f"http://127.0.0.1:{listener.getsockname()[1]}/it")
        ended.set()
    assert time.monotonic() - began < MARGIN  # otherwise it waits for ever
