"""The project's own API, where the gateway answers on its own."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from local import ROOT
from local.gateway import MAX_BODY
from local.lambda_service import LambdaService
from local.template import read_template
from milkrun.http.cors import EXPOSED
from tests.contract import breaches

from .conftest import Run, running_gateway
from .test_gateway import call

ORIGIN = "https://a.example"


def serving(run: Run[Any], service: LambdaService, **parameters: str) -> Any:
    api = read_template(ROOT / "template.yaml", "us-east-1", parameters).api
    return running_gateway(run, api, service)


@pytest.fixture(scope="module")
def url(run: Run[Any], service: LambdaService) -> Iterator[str]:
    with serving(run, service) as url:
        yield url


@pytest.fixture(scope="module")
def url_for_pages(run: Run[Any], service: LambdaService) -> Iterator[str]:
    with serving(run, service, CorsAllowOrigin=ORIGIN) as url:
        yield url


@pytest.mark.parametrize(
    "path", ["/optimize", "/optimize/x", "/optimize/x/status", "/optimize/x/result", "/ready"]
)
def test_a_preflight_is_answered_on_every_path(url_for_pages: str, path: str) -> None:
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    status, headers, body = call(url_for_pages, "OPTIONS", path, headers=asked)
    assert (status, body) == (204, b"")
    assert headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "POST" in headers["Access-Control-Allow-Methods"].split(",")
    assert "Idempotency-Key" in headers["Access-Control-Allow-Headers"].split(",")


def test_a_page_may_read_the_gateway_s_errors(url_for_pages: str) -> None:
    _, headers, _ = call(url_for_pages, "GET", "/nowhere")
    assert headers["Access-Control-Allow-Origin"] == ORIGIN
    assert headers["Access-Control-Expose-Headers"] == ",".join(EXPOSED)


def test_without_an_origin_no_preflight_is_answered(url: str) -> None:
    status, headers, _ = call(url, "OPTIONS", "/optimize", headers={"Origin": ORIGIN})
    assert status == 404
    assert headers["Access-Control-Allow-Origin"] is None


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        (b"x" * (MAX_BODY + 1), {}, (413, "body_too_large")),
        (b"no gzip", {"Content-Encoding": "gzip"}, (415, "unsupported_media_type")),
        (b"{}", {}, (500, "internal_error")),  # the service has no such function
    ],
    ids=["413", "415", "500"],
)
def test_the_gateway_s_own_refusals_keep_the_contract(
    url: str, body: bytes, headers: dict[str, str], expected: tuple[int, str]
) -> None:
    status, given, content = call(url, "POST", "/optimize", body, headers)
    problem = json.loads(content)
    assert (status, problem["code"]) == expected
    assert breaches("POST", "/optimize", status, dict(given.items()), problem) == []
