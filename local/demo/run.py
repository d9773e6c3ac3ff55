"""The demo from start to end: streets, stack, request, progress, routes."""

import http.client
import json
import time
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

from neo4j import GraphDatabase
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from local import ROOT
from local.demo.map import draw_map, vehicle_name
from local.demo.problem import DELIVERIES, VANS, delivery_problem
from local.embedded.neo4j import Neo4jUnavailableError, running_neo4j
from local.stack import running_stack
from milkrun_solver.roads.compiled import CompiledNetwork
from networks.store import import_network
from networks.town import town

TIME_LIMIT = 10.0  # seconds of solving
PATIENCE = 60.0  # seconds until the demo gives up on a run
SEED = 7
NETWORK = "demo-town"
STATE = ROOT / ".local" / "demo"


class DemoError(Exception):
    """The stack gave an unexpected answer. The message is for the user."""


def main() -> int:
    """Run the demo. Returns the exit status: 0 if it has shown the routes."""
    console = Console(highlight=False)
    try:
        with ExitStack() as parts:
            streets = town(SEED)
            neo4j_uri = _streets_in_neo4j(parts, streets, console)
            console.print("Starting the stack.")
            stack = parts.enter_context(running_stack({"NEO4J_URI": neo4j_uri or ""}))
            console.print(f"The stack answers at {stack.url}.")
            run_demo(stack.url, console, streets, NETWORK if neo4j_uri else None)
    except (DemoError, RuntimeError, OSError) as error:
        console.print(f"The demo failed: {error}", style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _streets_in_neo4j(parts: ExitStack, streets: CompiledNetwork, console: Console) -> str | None:
    """Imports the town into a Neo4j that ends with `parts`. Returns its URI, or None without Neo4j."""
    console.print("Starting Neo4j for the streets of a generated town.")
    try:
        server = parts.enter_context(running_neo4j(STATE / "neo4j"))
    except Neo4jUnavailableError as error:
        console.print(f"Neo4j is not available: {error}. The vans travel as the crow flies.", markup=False)
        return None
    with GraphDatabase.driver(server.uri) as driver:
        import_network(driver, NETWORK, streets, lambda *_: None)
    console.print(f"Imported {len(streets.longitude):,} junctions as network {NETWORK!r}.")
    return server.uri


def run_demo(url: str, console: Console, streets: CompiledNetwork, network: str | None) -> None:
    """Submit, follow and show one run. Raises DemoError if an answer is unexpected."""
    problem = delivery_problem(SEED, TIME_LIMIT, streets, network)
    submitted = _call(url, "POST", "/optimize", 202, problem, {"Idempotency-Key": "demo"})
    console.print(f"POST /optimize, {DELIVERIES} deliveries, {VANS} vans: run {submitted['run_id']}")
    run = f"/optimize/{submitted['run_id']}"
    status = _follow(url, f"{run}/status", console)
    if status["status"] != "completed":
        raise DemoError(f"the run ended as {status['status']}: {status['error']}")
    solution = _call(url, "GET", f"{run}/result", 200)
    _show(solution, console)
    STATE.mkdir(parents=True, exist_ok=True)
    (STATE / "map.svg").write_text(draw_map(streets, solution))
    console.print(f"Open this map of the routes in a browser: {STATE / 'map.svg'}", soft_wrap=True)


def _call(
    url: str,
    method: str,
    path: str,
    expected: int,
    body: object = None,
    headers: Mapping[str, str] | None = None,
) -> Any:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    try:
        content = None if body is None else json.dumps(body).encode()
        connection.request(method, path, content, {"Content-Type": "application/json", **(headers or {})})
        response = connection.getresponse()
        answer = response.read().decode()
    finally:
        connection.close()
    if response.status != expected:
        raise DemoError(f"{method} {path} answered {response.status}: {answer}")
    return json.loads(answer)


def _follow(url: str, path: str, console: Console) -> Any:
    """Wait for the run's end and show a progress bar with the best cost so far. Returns the last status."""
    deadline = time.monotonic() + PATIENCE
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, TextColumn("{task.fields[best]}"), TimeElapsedColumn(), console=console) as bar:
        task = bar.add_task("pending", total=1.0, best="")
        while True:
            status = _call(url, "GET", path, 200)
            best = status["best_cost"]
            shown = "" if best is None else f"best cost {best:,}"
            bar.update(task, description=status["status"], completed=status["progress"], best=shown)
            if status["status"] not in ("pending", "running"):
                return status
            if time.monotonic() > deadline:
                raise DemoError(f"the run is still {status['status']} after {PATIENCE:.0f} s")
            time.sleep(0.25)


def _show(solution: Mapping[str, Any], console: Console) -> None:
    table = Table(box=SIMPLE_HEAD)
    for name in ("Van", "Stops", "Crates", "km", "Driving", "Waiting", "Leaves", "Back"):
        table.add_column(name, justify="left" if name == "Van" else "right", no_wrap=True)
    for route in solution["routes"]:
        table.add_row(
            vehicle_name(route),
            str(len(_stops(route))),
            str(route["delivery"][0]),
            f"{route['distance'] / 1000:.1f}",
            _duration(route["duration"]),
            _duration(route["waiting_time"]),
            _duration(route["steps"][0]["arrival"]),
            _duration(route["steps"][-1]["arrival"]),
        )
    console.print(table)
    for route in solution["routes"]:
        console.print(f"Van {route['vehicle']} delivers {', '.join(_stops(route))}.")
    summary, meta = solution["summary"], solution["meta"]
    saved = 100 * (1 - meta["best_cost"] / meta["first_cost"])
    console.print(
        f"\n{summary['routes']} vans drive {summary['distance'] / 1000:.1f} km in "
        f"{_duration(summary['duration'])} h; {len(solution['unassigned'])} deliveries are unassigned.\n"
        f"Engine {meta['engine']}, {meta['seconds']:.1f} s: first cost {meta['first_cost']:,}, "
        f"best cost {meta['best_cost']:,} ({saved:.1f} % less)."
    )


def _stops(route: Mapping[str, Any]) -> list[str]:
    """The deliveries of a route in order."""
    return [str(step["id"]) for step in route["steps"] if step["type"] == "job"]


def _duration(seconds: int) -> str:
    """Hours and minutes."""
    return f"{seconds // 3600}:{seconds % 3600 // 60:02}"
