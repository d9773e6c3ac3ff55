"""Problems on a road network, over HTTP."""

from collections.abc import Iterator

import httpx
import neo4j
import numpy as np
import polyline
import pytest

from local.embedded.neo4j import Neo4jServer, running_neo4j
from local.stack import RunningStack, running_stack
from networks.store import import_network
from networks.town import town
from tests.freezing import freeze, thaw
from tests.waiting import until

from .conftest import Json, client_of, deliveries, ended, result, submit

TOWN = town(3, columns=13)
BY_CAR = sorted({int(target) for target in TOWN.target[np.isfinite(TOWN.seconds["car"])]})
PLACES = [[float(TOWN.longitude[i]), float(TOWN.latitude[i])] for i in BY_CAR]


def on_roads(count: int = 12, *, seconds: float = 600, network: str = "town", **options: object) -> Json:
    """A problem that visits crossings all over the town and starts at one of them."""
    chosen = PLACES[:: len(PLACES) // count][:count]
    return {
        "network": network,
        "vehicles": [{"id": 1, "start": chosen[0], "end": chosen[0]}],
        "jobs": [{"id": i, "location": place} for i, place in enumerate(chosen[1:], start=1)],
        "options": {"time_limit": seconds, "threads": 1, **options},
    }


@pytest.fixture(scope="module")
def server(neo4j_at_hand: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neo4jServer]:
    with running_neo4j(tmp_path_factory.mktemp("neo4j")) as server:
        store(server)
        yield server


@pytest.fixture(scope="module")
def stack(server: Neo4jServer) -> Iterator[RunningStack]:
    with running_stack({"NEO4J_URI": server.uri, "MAX_ATTEMPTS": "1"}) as stack:
        yield stack


@pytest.fixture(scope="module")
def api(stack: RunningStack) -> Iterator[httpx.Client]:
    with client_of(stack) as client:
        yield client


def store(server: Neo4jServer) -> None:
    with neo4j.GraphDatabase.driver(server.uri) as driver:
        import_network(driver, "town", TOWN, lambda *_: None)


def test_a_problem_on_a_network_is_solved_along_its_streets(api: httpx.Client) -> None:
    run_id = submit(api, on_roads(geometry=True))
    assert ended(api, run_id)["status"] == "completed"
    solution = result(api, run_id)
    route = solution["routes"][0]
    assert solution["meta"]["matrix"] == "network"
    assert solution["summary"]["unassigned"] == 0
    assert route["distance"] == route["steps"][-1]["distance"] > 0
    line = polyline.decode(route["geometry"], geojson=True)
    assert len(line) > len(route["steps"])
    for step in route["steps"]:
        assert min(abs(x - step["location"][0]) + abs(y - step["location"][1]) for x, y in line) < 1e-4


def test_the_routes_come_as_geojson_for_those_who_accept_it(api: httpx.Client) -> None:
    run_id = submit(api, on_roads(geometry=True))
    ended(api, run_id)
    answer = api.get(f"/optimize/{run_id}/result", headers={"Accept": "application/geo+json"})
    assert answer.headers["Content-Type"] == "application/geo+json"
    kinds = [feature["geometry"]["type"] for feature in answer.json()["features"]]
    assert kinds.count("LineString") == 1
    assert kinds.count("Point") == 11


@pytest.mark.parametrize(
    ("change", "code", "named"),
    [
        ({"network": "atlantis"}, "network_not_found", "atlantis"),
        ({"jobs": [{"id": 7, "location": [2.35, 48.85]}]}, "location_off_network", "job 7"),
        ({"vehicles": [{"id": 1, "profile": "tram", "start": PLACES[0]}]}, "profile_not_in_network", "tram"),
    ],
)
def test_what_the_network_lacks_is_named(api: httpx.Client, change: Json, code: str, named: str) -> None:
    run_id = submit(api, {**on_roads(), **change})
    error = ended(api, run_id)["error"]
    assert error["code"] == code
    assert named in error["detail"]


def test_an_import_while_runs_are_solving_harms_nothing(api: httpx.Client, server: Neo4jServer) -> None:
    runs = [submit(api, on_roads(40, seconds=600, stall_limit=2)) for _ in range(3)]
    for _ in range(3):
        store(server)
    for run_id in runs:
        assert ended(api, run_id)["status"] == "completed"


def test_a_run_waits_while_neo4j_is_unavailable_and_uses_no_attempt(
    api: httpx.Client, stack: RunningStack, server: Neo4jServer
) -> None:
    """The run has only one attempt."""
    log = stack.state / "logs" / "worker_handler.log"
    assert server.process is not None
    freeze(server.process)
    run_id = submit(api, on_roads())
    until(lambda: "run delayed" in log.read_text())
    assert api.get(f"/optimize/{run_id}/status").json()["status"] == "pending"
    thaw(server.process)
    state = ended(api, run_id)
    assert (state["status"], state["attempt"]) == ("completed", 1)


def test_neo4j_killed_or_hung_is_reported_and_runs_without_a_network_are_unaffected(
    api: httpx.Client, server: Neo4jServer
) -> None:
    """This test must be the last in the file, because there is no Neo4j afterwards."""
    assert api.get("/ready").json()["dependencies"] == {"redis": "ok", "neo4j": "ok"}
    assert server.process is not None

    freeze(server.process)
    _told_of_neo4j(api)
    thaw(server.process)
    until(lambda: api.get("/ready").status_code == 200)

    server.process.kill()
    server.process.wait()
    _told_of_neo4j(api)


def _told_of_neo4j(api: httpx.Client) -> None:
    ready = api.get("/ready")
    assert ready.status_code == 503
    states = ready.json()["detail"]["dependencies"]
    assert states["redis"] == "ok"
    assert states["neo4j"].startswith("down: ")
    assert "127.0.0.1" not in ready.text
    assert api.get("/health").status_code == 200
    assert ended(api, submit(api, deliveries(3, seconds=600)))["status"] == "completed"
