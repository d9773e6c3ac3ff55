import io
import json
import socket
import time
import zipfile
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import ANY, Stubber
from moto import mock_aws

from milkrun.clients import lambdas
from milkrun.clients.lambdas import WorkerInvoker
from milkrun.jobs.run import Run
from milkrun.jobs.states import Status
from tests.waiting import MARGIN

RUN = Run("01ARZ3NDEKTSV4RRFFQ69G5FAV", "a1b2", Status.PENDING, 0, 5_000, "corr-1", 1, 0, 0, 0, 0.0)


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL_LAMBDA", raising=False)


@pytest.fixture
def worker() -> Iterator[str]:
    """A function in moto's Lambda."""
    with mock_aws(config={"lambda": {"use_docker": False}}):
        policy = {"Version": "2012-10-17", "Statement": []}
        role = boto3.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(policy))
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("worker_handler.py", "def lambda_handler(event, context): pass")
        boto3.client("lambda").create_function(
            FunctionName="worker",
            Runtime="python3.13",
            Role=role["Role"]["Arn"],
            Handler="worker_handler.lambda_handler",
            Code={"ZipFile": archive.getvalue()},
        )
        yield "worker"


@pytest.fixture
def fresh_client() -> Iterator[None]:
    lambdas.get_lambda.cache_clear()
    yield
    lambdas.get_lambda.cache_clear()


@pytest.mark.usefixtures("fresh_client")
def test_an_event_is_sent(worker: str) -> None:
    assert WorkerInvoker(lambdas.get_lambda(), worker).invoke(RUN) is None


def test_the_event_carries_only_owner_run_id_and_correlation_id(worker: str) -> None:
    client = boto3.client("lambda")
    sent: list[dict[str, object]] = []
    client.meta.events.register(
        "provide-client-params.lambda.Invoke", lambda params, **_: sent.append(params)
    )
    WorkerInvoker(client, worker).invoke(RUN)
    assert sent[0]["InvocationType"] == "Event"
    payload = sent[0]["Payload"]
    assert isinstance(payload, bytes)
    assert json.loads(payload) == {"owner": "a1b2", "run_id": RUN.run_id, "correlation_id": "corr-1"}


@pytest.mark.usefixtures("fresh_client")
def test_a_refusal_is_reported_and_not_raised() -> None:
    with Stubber(lambdas.get_lambda()) as stubber:
        stubber.add_client_error("invoke", "TooManyRequestsException")
        assert WorkerInvoker(lambdas.get_lambda(), "worker").invoke(RUN) == "TooManyRequestsException"


@pytest.mark.usefixtures("fresh_client")
def test_a_lambda_that_hangs_is_given_up_after_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", f"http://127.0.0.1:{server.getsockname()[1]}")
        started = time.monotonic()
        assert WorkerInvoker(lambdas.get_lambda(), "worker").invoke(RUN) == "ReadTimeoutError"
        assert time.monotonic() - started < lambdas.INVOKE_TIMEOUT + MARGIN  # otherwise it waits for ever


def test_the_client_never_retries() -> None:
    config: Any = lambdas.get_lambda().meta.config
    assert config.retries["total_max_attempts"] == 1


@pytest.mark.usefixtures("fresh_client")
def test_an_invoker_invokes_the_function_it_is_given() -> None:
    lambdas.get_invoker.cache_clear()
    alias = "arn:aws:lambda:eu-central-1:123456789012:function:worker:live"
    invoker = lambdas.get_invoker(alias)
    with Stubber(lambdas.get_lambda()) as stubber:
        expected = {"FunctionName": alias, "InvocationType": "Event", "Payload": ANY}
        answer = {"StatusCode": 202, "Payload": StreamingBody(io.BytesIO(), 0)}
        stubber.add_response("invoke", answer, expected)
        assert invoker.invoke(RUN) is None
    lambdas.get_invoker.cache_clear()
