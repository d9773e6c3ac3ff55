"""The gateway over HTTP: API Gateway's events, answers, limits and errors."""

import gzip
import http.client
import json
import socket
import zlib
from typing import Any
from urllib.parse import urlsplit

import pytest

from local.gateway import MAX_BODY
from tests.waiting import PATIENCE

from .conftest import running_gateway

Answer = tuple[int, http.client.HTTPMessage, bytes]


def call(
    url: str, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> Answer:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
    try:
        connection.request(method, path, body or None, headers or {})
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def event_of(url: str, method: str, path: str, **request: Any) -> Any:
    """The event that the function received."""
    status, _, body = call(url, method, path, **request)
    assert status == 200
    return json.loads(body)


def order(url: str, what: dict[str, Any], headers: dict[str, str] | None = None) -> Answer:
    return call(url, "POST", "/things", json.dumps(what).encode(), headers)


def result(url: str, value: object, headers: dict[str, str] | None = None) -> Answer:
    """The answer made from a function's result."""
    return order(url, {"do": "return", "value": value}, headers)


def test_the_event_is_a_proxy_event_of_version_one(gateway_url: str) -> None:
    event = event_of(
        gateway_url,
        "PUT",
        "/things/a%2Fb?x=1&x=%20y&z",
        body=b'{"k": "\xc3\xbc"}',
        headers={"X-Mixed-Case": "v"},
    )
    expected = {
        "resource": "/things/{id}",
        "path": "/things/a/b",
        "httpMethod": "PUT",
        "pathParameters": {"id": "a/b"},
        "queryStringParameters": {"x": " y", "z": ""},
        "multiValueQueryStringParameters": {"x": ["1", " y"], "z": [""]},
        "stageVariables": None,
        "body": '{"k": "ü"}',
        "isBase64Encoded": False,
    }
    assert {name: event[name] for name in expected} == expected
    assert event["headers"]["X-Mixed-Case"] == "v"
    assert event["headers"]["X-Forwarded-For"] == "127.0.0.1"
    assert "Content-Length" not in event["headers"]
    context = event["requestContext"]
    assert (context["resourcePath"], context["httpMethod"], context["stage"]) == (
        "/things/{id}",
        "PUT",
        "test",
    )
    assert context["path"] == "/things/a%2Fb"
    assert context["identity"]["sourceIp"] == "127.0.0.1"
    assert context["identity"]["userArn"] is None
    assert isinstance(context["requestTimeEpoch"], int)
    assert len(context["requestId"]) == 36


def test_a_request_without_query_and_body_has_none_in_their_place(gateway_url: str) -> None:
    event = event_of(gateway_url, "POST", "/things")
    assert [
        event[name]
        for name in ("queryStringParameters", "multiValueQueryStringParameters", "pathParameters", "body")
    ] == [None] * 4


def test_a_header_sent_twice_arrives_twice(gateway_url: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(gateway_url).netloc)
    connection.putrequest("GET", "/things/1")
    connection.putheader("X-Twice", "first")
    connection.putheader("X-Twice", "second")
    connection.endheaders()
    event = json.loads(connection.getresponse().read())
    connection.close()
    assert event["headers"]["X-Twice"] == "second"
    assert event["multiValueHeaders"]["X-Twice"] == ["first", "second"]


@pytest.mark.parametrize(
    ("path", "resource"),
    [("/things/1", "/things/{id}"), ("/things/fixed", "/things/fixed"), ("/files/a/b%20c", "/files/{rest+}")],
)
def test_the_most_specific_route_wins(gateway_url: str, path: str, resource: str) -> None:
    assert event_of(gateway_url, "GET", path)["resource"] == resource


def test_a_binary_body_arrives_in_base64(gateway_url: str) -> None:
    event = event_of(
        gateway_url, "POST", "/things", body=b"\x1f\x8b\xff", headers={"Content-Type": "application/gzip"}
    )
    assert (event["body"], event["isBase64Encoded"]) == ("H4v/", True)


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_zipped_body_is_unzipped(gateway_url: str, encoding: str) -> None:
    pack = gzip.compress if encoding == "gzip" else zlib.compress
    event = event_of(
        gateway_url, "POST", "/things", body=pack(b'{"a": 1}'), headers={"Content-Encoding": encoding}
    )
    assert event["body"] == '{"a": 1}'
    assert "Content-Encoding" not in event["headers"]


@pytest.mark.parametrize(
    ("encoding", "body"),
    [("gzip", b"no gzip"), ("gzip", gzip.compress(b"x" * 999, mtime=0)[:-4]), ("br", b"x")],
)
def test_an_encoding_that_cannot_be_decoded_is_415(gateway_url: str, encoding: str, body: bytes) -> None:
    status, headers, content = call(
        gateway_url, "POST", "/things", body, {"Content-Encoding": encoding, "Accept": "application/json"}
    )
    assert status == 415
    assert headers["Content-Type"] == "application/problem+json"
    assert json.loads(content)["code"] == "unsupported_media_type"


def test_a_small_body_that_unzips_beyond_the_limit_is_413(gateway_url: str) -> None:
    bomb = gzip.compress(b"\0" * (MAX_BODY + 1))
    assert call(gateway_url, "POST", "/things", bomb, {"Content-Encoding": "gzip"})[0] == 413


def test_a_body_beyond_the_gateways_limit_is_413(gateway_url: str) -> None:
    status, _, content = call(gateway_url, "POST", "/things", b"x" * (MAX_BODY + 1))
    assert status == 413
    assert json.loads(content)["code"] == "request_too_large"


def test_a_body_beyond_lambdas_limit_is_413(gateway_url: str) -> None:
    assert call(gateway_url, "POST", "/things", b"x" * 6_291_456)[0] == 413


def test_a_body_sent_after_100_continue_is_received(gateway_url: str) -> None:
    place = urlsplit(gateway_url)
    head = b"POST /things HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n"
    with socket.create_connection((place.hostname, place.port), timeout=PATIENCE) as connection:
        connection.sendall(head)
        assert connection.recv(1_000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"{}")
        assert connection.recv(1_000).startswith(b"HTTP/1.1 200 OK")


def test_an_unknown_expectation_is_left_to_the_function(gateway_url: str) -> None:
    assert call(gateway_url, "GET", "/things/1", headers={"Expect": "miracles"})[0] == 200


def test_a_chunked_body_arrives_whole(gateway_url: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(gateway_url).netloc)
    connection.request("POST", "/things", iter([b'{"a"', b": 1}"]), encode_chunked=True)
    assert json.loads(connection.getresponse().read())["body"] == '{"a": 1}'
    connection.close()


def test_a_result_becomes_an_answer(gateway_url: str) -> None:
    value = {
        "statusCode": 201,
        "headers": {"Content-Type": "text/plain", "X-One": 1, "X-Both": "lost"},
        "multiValueHeaders": {"X-Both": ["a", "b"]},
        "body": "grüezi",
    }
    status, headers, body = result(gateway_url, value)
    assert (status, body.decode()) == (201, "grüezi")
    assert headers["Content-Type"] == "text/plain"
    assert headers["X-One"] == "1"
    assert headers.get_all("X-Both") == ["a", "b"]
    assert len(headers["x-amzn-RequestId"]) == 36


def test_an_answer_without_a_body_stays_empty(gateway_url: str) -> None:
    status, headers, body = result(gateway_url, {"statusCode": 204})
    assert (status, body) == (204, b"")
    assert headers["Content-Encoding"] is None


@pytest.mark.parametrize(
    "value",
    [
        None,
        "text",
        {"body": "no status"},
        {"statusCode": "two hundred"},
        {"statusCode": 99},
        {"statusCode": 200, "body": {"not": "a string"}},
        {"statusCode": 200, "headers": {"X": {}}},
        {"statusCode": 200, "headers": ["X"]},
    ],
)
def test_a_malformed_result_is_502(gateway_url: str, value: object) -> None:
    status, _, content = result(gateway_url, value)
    assert (status, json.loads(content)["code"]) == (502, "integration_failure")


def test_a_functions_error_is_502_without_details(gateway_url: str) -> None:
    status, _, content = order(gateway_url, {"do": "raise"})
    assert status == 502
    assert b"as told" not in content


def test_a_function_that_takes_too_long_is_504(run: Any, template: Any, service: Any) -> None:
    with running_gateway(run, template.api, service, integration_limit=0.5) as url:
        status, _, content = order(url, {"do": "sleep", "seconds": 3})
    assert (status, json.loads(content)["code"]) == (504, "integration_timeout")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nowhere"),
        ("DELETE", "/things"),
        ("GET", "/"),
        ("GET", "/nowhere%0D%0A"),
        ("GET", "/%0Athings"),
        ("OPTIONS", "*"),
    ],
)
def test_an_unknown_route_gets_the_answer_in_the_template(gateway_url: str, method: str, path: str) -> None:
    status, headers, content = call(gateway_url, method, path)
    assert status == 404
    assert headers["Content-Type"] == "application/problem+json"
    assert headers["X-Request"] == headers["x-amzn-RequestId"]
    assert json.loads(content) == {"detail": "Missing Authentication Token", "path": path}


def test_a_fixed_answer_needs_no_function(cors_gateway_url: str) -> None:
    status, headers, body = call(cors_gateway_url, "OPTIONS", "/things")
    assert (status, body) == (204, b"")
    assert headers["Access-Control-Allow-Origin"] == "https://a.example"
    assert headers["X-Request"] == headers["x-amzn-RequestId"]


def test_a_fixed_answer_is_not_a_route_if_its_condition_does_not_hold(gateway_url: str) -> None:
    assert call(gateway_url, "OPTIONS", "/things")[0] == 404


def test_a_large_answer_is_zipped_for_those_who_accept_it(gateway_url: str) -> None:
    large = {"statusCode": 200, "body": "x" * 1024}
    _, headers, body = result(gateway_url, large, {"Accept-Encoding": "br, gzip;q=0.5"})
    assert headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(body) == b"x" * 1024


@pytest.mark.parametrize(
    ("size", "accepted"), [(1024, "identity"), (1024, "gzip;q=0"), (1023, "gzip"), (1024, "")]
)
def test_other_answers_are_not_zipped(gateway_url: str, size: int, accepted: str) -> None:
    value = {"statusCode": 200, "body": "x" * size}
    _, headers, body = result(gateway_url, value, {"Accept-Encoding": accepted})
    assert headers["Content-Encoding"] is None
    assert body == b"x" * size


@pytest.mark.parametrize(("accept", "body"), [("image/png", b"\xff\x00"), ("*/*", b"/wA=")])
def test_base64_is_decoded_only_for_callers_who_ask_for_a_binary_type(
    gateway_url: str, accept: str, body: bytes
) -> None:
    value = {
        "statusCode": 200,
        "body": "/wA=",
        "isBase64Encoded": True,
        "headers": {"Content-Type": "image/png"},
    }
    assert result(gateway_url, value, {"Accept": accept})[2] == body
