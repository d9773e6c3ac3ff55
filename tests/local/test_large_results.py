"""A result that only fits through Lambda's limit when gzipped, from the real function through the gateway."""

import gzip
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local import ROOT
from local.lambda_service import LambdaService
from local.sandbox import MAX_RESPONSE
from local.template import read_template
from milkrun.clients.redis import connect
from milkrun.http.identity import owner_of
from milkrun.jobs.holding import Best
from milkrun.jobs.manager import JobStateManager
from milkrun.jobs.submitting import Submission
from milkrun.settings import JobPolicy

from .conftest import Run, running_gateway
from .test_gateway import Answer, call

RUN_ID = "01M84XE3E0W0EGHJ6F4MNP409E"
PLAIN_REDIS = {"REDIS_IAM_USER": "", "REDIS_IAM_CACHE": "", "REDIS_CLUSTER": "", "REDIS_MIN_REPLICAS": "0"}


@pytest.fixture(scope="module")
def solution() -> bytes:
    """A solution that is too large as it is; gzip halves it."""
    noise = random.Random(1).randbytes(3_500_000).hex()
    solution = json.loads((ROOT / "tools/openapi/solution.json").read_text())
    solution["routes"][0]["geometry"] = noise
    return json.dumps(solution).encode()


@pytest.fixture
def url(
    run: Run[Any], tmp_path: Path, empty_valkey_url: str, solution: bytes, said: list[str]
) -> Iterator[str]:
    """The project's own API, with a run that has this solution."""
    jobs = JobStateManager(connect(empty_valkey_url), JobPolicy())
    owner = owner_of({}, local=True)
    jobs.submit(Submission(owner, RUN_ID, b"{}", 1_000, "c"))
    jobs.claim(owner, RUN_ID, "t")
    jobs.complete(owner, RUN_ID, "t", spent_ms=1, best=Best(solution, 1, 0))
    template = read_template(ROOT / "template.yaml", "us-east-1")
    functions = {"StatusFunction": template.functions["StatusFunction"]}
    overrides = {**PLAIN_REDIS, "REDIS_URL": empty_valkey_url, "POWERTOOLS_TRACE_DISABLED": "true"}

    async def start() -> LambdaService:
        service = LambdaService(functions, overrides, tmp_path, said.append)
        await service.start()
        return service

    service = run(start())
    with running_gateway(run, template.api, service) as url:
        yield url
    run(service.stop())


def result(url: str, accept: str) -> Answer:
    return call(url, "GET", f"/optimize/{RUN_ID}/result", headers={"Accept": accept})


def test_only_callers_who_accept_gzip_get_it(url: str, solution: bytes) -> None:
    assert len(solution) > MAX_RESPONSE
    status, headers, body = result(url, "application/gzip")
    assert (status, headers["Content-Type"]) == (200, "application/gzip")
    assert gzip.decompress(body) == solution
    for accept in ("application/json", "*/*"):
        status, headers, body = result(url, accept)
        assert (status, headers["Content-Type"]) == (406, "application/problem+json")
        assert json.loads(body)["code"] == "result_too_large"
