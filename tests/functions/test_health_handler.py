from collections.abc import Iterator

import health_handler
import pytest

from .conftest import send


@pytest.fixture(autouse=True)
def _fresh_probe(environment: pytest.MonkeyPatch) -> Iterator[None]:
    health_handler.get_probe.cache_clear()
    yield
    health_handler.get_probe.cache_clear()


def test_health_is_always_ok(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    answer = send(health_handler, "health")
    assert answer.status == 200
    assert answer.body["status"] == "ok"
    assert answer.body["timestamp"].endswith("Z")
    assert set(answer.body) == {"status", "timestamp", "version", "uptime_seconds"}


def test_ready_without_a_neo4j_is_ready() -> None:
    answer = send(health_handler, "ready")
    expected = {"status": "ready", "dependencies": {"redis": "ok", "neo4j": "not configured"}}
    assert (answer.status, answer.body) == (200, expected)


def test_ready_names_what_is_down_without_its_address(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    environment.setenv("NEO4J_URI", "bolt://127.0.0.1:1")
    answer = send(health_handler, "ready")
    states = {"redis": "down: connection refused", "neo4j": "down: connection refused"}
    assert (answer.status, answer.body) == (503, {"detail": {"dependencies": states}})
    assert "Retry-After" in answer.headers


def test_neither_needs_an_identity() -> None:
    assert send(health_handler, "ready", requestContext={"identity": {}, "path": "/ready"}).status == 200
