"""How many requests are sent, and to what.

`MILKRUN_FUZZ_REQUESTS` sets the length of the run and `MILKRUN_FUZZ_SEED` its seed; both are printed.
"""

import os
from collections.abc import Iterator

import pytest

from local.stack import RunningStack, running_stack
from milkrun.observability import get_logger, get_metrics
from tests.functions.conftest import forget
from tests.telemetry import Stdout

from .service import SECRETS, Service, Workers

REQUESTS = int(os.environ.get("MILKRUN_FUZZ_REQUESTS", "1000"))
SEED = int(os.environ.get("MILKRUN_FUZZ_SEED", "1"))


def with_password(url: str) -> str:
    """The URL with a password, which a server that requires none accepts."""
    return url.replace("://", f"://default:{SECRETS['REDIS_PASSWORD']}@")


@pytest.fixture
def service(empty_valkey_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """The functions, with secrets in their settings."""
    import health_handler
    import submit_handler

    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    url = with_password(empty_valkey_url)
    monkeypatch.setenv("REDIS_URL", url)
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "milkrun")
    monkeypatch.setenv("POWERTOOLS_TRACE_DISABLED", "true")
    monkeypatch.delenv("AWS_SAM_LOCAL", raising=False)
    for made in (get_logger, get_metrics, health_handler.get_probe):
        made.cache_clear()
    forget()
    monkeypatch.setattr(get_logger().registered_handler, "stream", Stdout())
    workers = Workers()
    monkeypatch.setattr(submit_handler, "get_invoker", lambda: workers)
    yield Service(workers, url)
    health_handler.get_probe.cache_clear()
    forget()


@pytest.fixture(scope="session")
def stack(valkey_url: str) -> Iterator[RunningStack]:
    """A whole stack without workers, so that problems which happen to be accepted are not solved."""
    env = {
        "REDIS_URL": with_password(valkey_url),
        "WORKER_FUNCTION": SECRETS["WORKER_FUNCTION"],
        "MAX_PENDING_PER_OWNER": "100000",
    }
    with running_stack(env) as stack:
        yield stack
