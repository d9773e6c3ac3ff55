"""A whole stack and its callers."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from local.stack import RunningStack, running_stack
from tests.waiting import PATIENCE, until

Json = dict[str, Any]


@pytest.fixture(scope="session")
def stack() -> Iterator[RunningStack]:
    """The stack with its own Valkey and no Neo4j."""
    with running_stack() as stack:
        yield stack


def client_of(stack: RunningStack, name: str | None = None) -> httpx.Client:
    """A caller with its own name, or `local`."""
    headers = {"Authorization": f"Bearer {name}"} if name else {}
    return httpx.Client(base_url=stack.url, headers=headers, timeout=PATIENCE)


@pytest.fixture
def api(stack: RunningStack, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """A caller of this test's own."""
    with client_of(stack, request.node.name) as client:
        yield client


def deliveries(count: int, *, seconds: float, **options: Any) -> Json:
    """A problem on a grid of streets, with one delivery at each place and more vehicles than needed.

    Unless `options` say otherwise, one thread searches, because these tests are not about the quality of
    routes.
    """
    places = [[7.40 + 0.001 * (i % 30), 43.72 + 0.001 * (i * 7 % 41)] for i in range(count)]
    depot = [7.415, 43.74]
    return {
        "vehicles": [
            {"id": i, "start": depot, "end": depot, "capacity": [20]} for i in range(count // 15 + 1)
        ],
        "jobs": [
            {"id": i, "location": place, "delivery": [1], "service": 60} for i, place in enumerate(places)
        ],
        "options": {"time_limit": seconds, "threads": 1, **options},
    }


def status(client: httpx.Client, run_id: str) -> Json:
    answer = client.get(f"/optimize/{run_id}/status")
    assert answer.status_code == 200, answer.text
    return answer.json()  # type: ignore[no-any-return]


def submit(client: httpx.Client, problem: Json) -> str:
    answer = client.post("/optimize", json=problem)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["run_id"])


def ended(client: httpx.Client, run_id: str) -> Json:
    """The status of a run once it has ended."""

    def look() -> Json:
        state = status(client, run_id)
        return state if state["status"] in ("completed", "failed", "cancelled") else {}

    return until(look)


def result(client: httpx.Client, run_id: str, *, best: bool = False) -> Json:
    answer = client.get(f"/optimize/{run_id}/result", params={"best": "true"} if best else {})
    assert answer.status_code == 200, answer.text
    return answer.json()  # type: ignore[no-any-return]
