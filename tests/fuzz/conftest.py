"""How much is sent, and to whom.

`MILKRUN_FUZZ_REQUESTS` and `MILKRUN_FUZZ_SEED` make a longer run and another one; both are printed.
"""

import os
from collections.abc import Iterator

import pytest

from milkrun.observability import get_logger, get_metrics
from tests.functions.conftest import forget
from tests.telemetry import Stdout

from .service import SECRETS, Service, Workers

REQUESTS = int(os.environ.get("MILKRUN_FUZZ_REQUESTS", "1500"))
SEED = int(os.environ.get("MILKRUN_FUZZ_SEED", "1"))


@pytest.fixture
def service(empty_valkey_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """The functions, with secrets in their settings."""
    import health_handler
    import submit_handler

    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    # Whoever the server knows without a password may log in with any.
    url = empty_valkey_url.replace("://", f"://default:{SECRETS['REDIS_PASSWORD']}@")
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
