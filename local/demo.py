"""`make demo`: a day of deliveries through the whole stack, from the request to a table of routes."""

import http.client
import json
import sys
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from local.demo_problem import DELIVERIES, VANS, delivery_problem
from local.stack import running_stack

TIME_LIMIT = 10.0  # seconds of solving
PATIENCE = 60.0  # seconds until the demo gives up on a run
SEED = 7


class DemoError(Exception):
    """The stack answered otherwise than it should; the message is for the person at the console."""


def main() -> int:
    """Run the demo. Returns the exit status: 0 once the routes are shown."""
    console = Console(highlight=False)
    try:
        console.print("Starting the stack, without Neo4j: this problem needs no road network.")
        with running_stack() as stack:
            console.print(f"The stack answers at {stack.url}.")
            run_demo(stack.url, console)
    except (DemoError, RuntimeError, OSError) as error:
        console.print(f"The demo failed: {error}", style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def run_demo(url: str, console: Console) -> None:
    """Submit, follow and show one run. Raises DemoError where an answer is not as it should be."""
    problem = delivery_problem(SEED, TIME_LIMIT)
    submitted = _call(url, "POST", "/optimize", 202, problem, {"Idempotency-Key": "demo"})
    console.print(f"POST /optimize, {DELIVERIES} deliveries, {VANS} vans: run {submitted['run_id']}")
    run = f"/optimize/{submitted['run_id']}"
    status = _follow(url, f"{run}/status", console)
    if status["status"] != "completed":
        raise DemoError(f"the run ended as {status['status']}: {status['error']}")
    _show(_call(url, "GET", f"{run}/result", 200), console)


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
    """Wait for the run's end, behind a bar with the best cost so far. Returns its last status."""
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
            f"{route['vehicle']} ({route['description']})",
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
        f"{_duration(summary['duration'])} h; {len(solution['unassigned'])} deliveries are left out.\n"
        f"Engine {meta['engine']}, {meta['seconds']:.1f} s: first cost {meta['first_cost']:,}, "
        f"best cost {meta['best_cost']:,} ({saved:.1f} % less)."
    )


def _stops(route: Mapping[str, Any]) -> list[str]:
    """The deliveries of a route in order."""
    return [str(step["id"]) for step in route["steps"] if step["type"] == "job"]


def _duration(seconds: int) -> str:
    """Hours and minutes."""
    return f"{seconds // 3600}:{seconds % 3600 // 60:02}"


if __name__ == "__main__":
    sys.exit(main())
