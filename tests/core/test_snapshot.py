"""SnapStart's hooks, called by Lambda's own runtime client in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import snapshot_restore_py

from milkrun.snapshot import Uptime

ROOT = Path(__file__).parents[2]
SNAPSHOT = """
import sys, {handler}_handler
from awslambdaric.lambda_runtime_hooks_runner import run_before_snapshot

def forbid(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto", "_thread.start_new_thread"):
        raise RuntimeError(event)

sys.addaudithook(forbid)
run_before_snapshot()
"""
FIRST_REQUEST = """
import sys, health_handler
from awslambdaric.lambda_runtime_hooks_runner import run_before_snapshot
from tests.functions.conftest import Context, recorded

run_before_snapshot()
before = set(sys.modules)
assert health_handler.lambda_handler(recorded({event!r}), Context())["statusCode"] == {status}
assert set(sys.modules) == before, set(sys.modules) - before
"""


def run(code: str, handler: str, **environment: str) -> None:
    """Runs code in a process with a function's environment."""
    layers = [ROOT / "layers" / "core", ROOT / "layers" / "authorizer"]
    folders = [ROOT, ROOT / "functions" / handler, *layers]
    environment |= {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(map(str, folders)),
        "LAMBDA_TASK_ROOT": "/var/task",
        "POWERTOOLS_SERVICE_NAME": "milkrun",
    }
    environment = {"JWT_ISSUER": "https://issuer.example", "JWT_AUDIENCE": "milkrun"} | environment
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def uptime(monkeypatch: pytest.MonkeyPatch) -> tuple[Uptime, list[float]]:
    """An uptime with its clock; its hooks are removed after the test."""
    monkeypatch.setattr(snapshot_restore_py, "_after_restore_registry", [])
    clock = [100.0]
    return Uptime(lambda: clock[0]), clock


def test_uptime_counts_whole_seconds(uptime: tuple[Uptime, list[float]]) -> None:
    counter, clock = uptime
    clock[0] += 2.9
    assert counter.seconds() == 2


def test_uptime_counts_from_the_latest_restore(uptime: tuple[Uptime, list[float]]) -> None:
    counter, clock = uptime
    clock[0] += 1_000_000
    for hook, args, kwargs in snapshot_restore_py.get_after_restore():
        hook(*args, **kwargs)
    clock[0] += 3
    assert counter.seconds() == 3


@pytest.mark.parametrize("handler", ["submit", "status", "health", "authorizer"])
def test_a_snapshot_holds_no_connection_and_no_thread(handler: str) -> None:
    run(SNAPSHOT.format(handler=handler), handler)


@pytest.mark.parametrize("event", ["health", "ready"])
def test_a_first_request_finds_everything_loaded(event: str, valkey_url: str) -> None:
    run(FIRST_REQUEST.format(event=event, status=200), "health", REDIS_URL=valkey_url)


def test_a_neo4j_that_is_configured_is_loaded_too(valkey_url: str) -> None:
    code = FIRST_REQUEST.format(event="ready", status=503)
    run(code, "health", REDIS_URL=valkey_url, NEO4J_URI="bolt://127.0.0.1:1")


@pytest.mark.parametrize("handler", ["status", "authorizer"])
def test_wrong_settings_fail_the_snapshot_and_with_it_the_deployment(handler: str) -> None:
    with pytest.raises(AssertionError, match="JOB_TTL_DAYS must be"):
        run(SNAPSHOT.format(handler=handler), handler, JOB_TTL_DAYS="x")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JWT_ISSUER", ""),
        ("JWT_AUDIENCE", ""),
        ("JWT_AUDIENCE", "milkrun,,planner"),
        ("JWT_REQUIRED_SCOPE", "read write"),
        ("JWT_REQUIRED_CLAIM", "admins"),
        ("JWT_ACCESS_TOKENS_ONLY", "yes"),
    ],
)
def test_wrong_rules_for_tokens_fail_the_snapshot_too(name: str, value: str) -> None:
    with pytest.raises(AssertionError, match=f"ValueError: .*{name}"):
        run(SNAPSHOT.format(handler="authorizer"), "authorizer", **{name: value})
