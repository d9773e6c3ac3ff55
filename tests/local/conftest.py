"""A Lambda service with small functions and a gateway, in an event loop on a thread of their own."""

import asyncio
import shutil
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import boto3
import pytest
from botocore.config import Config

from local.events import EventQueue
from local.gateway import Gateway
from local.lambda_service import LambdaService
from local.ports import LOOPBACK, bound_socket
from local.rest_api import Api
from local.template import Template, read_template
from tests.waiting import PATIENCE

T = TypeVar("T")
Run = Callable[[Awaitable[T]], T]
SAMPLE = Path(__file__).parent / "sample"


@pytest.fixture(scope="session")
def run() -> Iterator[Run[Any]]:
    """Runs a coroutine in a loop that keeps running between calls, and returns its result."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    def run_there(work: Awaitable[T]) -> T:
        async def wrapped() -> T:
            return await work

        return asyncio.run_coroutine_threadsafe(wrapped(), loop).result(timeout=PATIENCE)

    yield run_there
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


@pytest.fixture(scope="session")
def template() -> Template:
    return read_template(SAMPLE / "template.yaml", "us-east-1")


@pytest.fixture(scope="session")
def said() -> list[str]:
    """What the stack printed on the console."""
    return []


@pytest.fixture(scope="session")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs")


@pytest.fixture(scope="session")
def service(run: Run[Any], template: Template, logs: Path, said: list[str]) -> Iterator[LambdaService]:
    """The sample's functions, with short retries and waits for asynchronous events."""

    async def build() -> LambdaService:
        events = EventQueue(said.append, retry_delays=(0.05, 0.05), throttle_delay=0.05)
        overrides = {"REDIS_URL": "redis://given", "NOT_DECLARED": "secret"}
        built = LambdaService(template.functions, overrides, logs, said.append, events=events)
        await built.start()
        return built

    built = run(build())
    yield built
    run(built.stop())


@pytest.fixture(scope="session")
def lambda_client(service: LambdaService) -> Any:
    """boto3's client, as functions use it, without retries, so that refusals are visible."""
    return boto3.client(
        "lambda",
        endpoint_url=service.endpoint,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(retries={"max_attempts": 0}, proxies={}),
    )


@pytest.fixture(scope="session")
def gateway_url(run: Run[Any], template: Template, service: LambdaService) -> Iterator[str]:
    """A gateway with the sample's routes."""
    with running_gateway(run, template.api, service) as url:
        yield url


@pytest.fixture(scope="session")
def cors_gateway_url(run: Run[Any], service: LambdaService) -> Iterator[str]:
    """A gateway for the pages of one origin."""
    parameters = {"CorsAllowOrigin": "https://a.example"}
    api = read_template(SAMPLE / "template.yaml", "us-east-1", parameters).api
    with running_gateway(run, api, service) as url:
        yield url


@contextmanager
def running_gateway(
    run: Run[Any], api: Api, service: LambdaService, integration_limit: float = 29
) -> Iterator[str]:
    """A gateway that answers at this URL until the block ends."""
    listener = bound_socket(0)

    async def build() -> Gateway:
        built = Gateway(api, service, integration_limit)
        await built.start(listener)
        return built

    built = run(build())
    yield f"http://{LOOPBACK}:{listener.getsockname()[1]}"
    run(built.stop())


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """A copy of the sample's template, with its state in the test's own folder."""
    shutil.copytree(SAMPLE, tmp_path / "sample")
    return tmp_path / "sample" / "template.yaml"
