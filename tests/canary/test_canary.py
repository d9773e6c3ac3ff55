"""The canary against the whole stack: it passes if all is well, and fails for each fault that it
watches for."""

import logging
import time
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace

import httpx
import pytest

from local.embedded.valkey import Valkey, running_valkey
from local.stack import RunningStack, running_stack
from tests.freezing import freeze, thaw

from .conftest import Ask, TokenServer


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    with running_valkey(tmp_path_factory.mktemp("valkey")) as valkey:
        yield valkey


@pytest.fixture(scope="module")
def stack(valkey: Valkey) -> Iterator[RunningStack]:
    with running_stack({"REDIS_URL": valkey.url}) as stack:
        yield stack


def runs_of(stack: RunningStack) -> list[object]:
    """The runs of the caller that the local stack takes the canary for, because it checks no signatures."""
    runs: list[object] = httpx.get(f"{stack.url}/optimize").json()["runs"]
    return runs


def test_it_passes_and_leaves_nothing_behind(
    ask: Ask, stack: RunningStack, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "canary")
    ask(stack.url)
    steps = [line.split(":")[0] for line in caplog.messages if ": ok after" in line]
    assert steps == ["health", "ready", "submit", "completion", "result", "erase"]
    assert runs_of(stack) == []


def test_without_a_signed_run_it_stops_at_ready(
    ask: Ask, stack: RunningStack, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "canary")
    monkeypatch.setenv("SIGNED_RUN", "false")
    ask(stack.url)
    assert [line.split(":")[0] for line in caplog.messages if ": ok after" in line] == ["health", "ready"]
    assert caplog.messages[-1] == "no run is submitted: callers use tokens, and the canary has none"


def test_with_a_token_it_completes_a_run_as_that_token_s_caller(
    ask: Ask, stack: RunningStack, token_server: TokenServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "canary")
    ask(stack.url)
    steps = [line.split(":")[0] for line in caplog.messages if ": ok after" in line]
    assert steps == ["health", "ready", "token", "submit", "completion", "result", "erase"]
    assert len(token_server.received) == 1


def test_it_fails_at_ready_when_redis_is_unavailable(
    ask: Ask, canary: ModuleType, stack: RunningStack, valkey: Valkey
) -> None:
    freeze(valkey.process)
    try:
        with pytest.raises(canary.CanaryError, match=r'^ready: expected 200, got 503 .*"redis": ?"down'):
            ask(stack.url)
    finally:
        thaw(valkey.process)


def test_it_fails_when_no_worker_starts_and_leaves_nothing_behind(
    ask: Ask, canary: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = 0.0

    def sleep(_seconds: float) -> None:
        """Spends the whole budget between two looks at the run."""
        nonlocal passed
        passed += canary.BUDGET

    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + passed, sleep=sleep)
    monkeypatch.setattr(canary, "time", clock)
    monkeypatch.setattr(canary, "WAIT", 1)
    with running_stack({"WORKER_FUNCTION": "nobody"}) as stack:
        with pytest.raises(canary.CanaryError, match=r"^completion: the time .* is used up; GET "):
            ask(stack.url)
        assert runs_of(stack) == []


def test_it_fails_at_once_when_nothing_listens(ask: Ask, canary: ModuleType) -> None:
    with pytest.raises(canary.CanaryError, match=r"^health: Could not connect to the endpoint URL"):
        ask("http://127.0.0.1:9")
