"""The demo's problem, and what the demo prints when something fails."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from xml.etree import ElementTree

import polyline
import pytest
from rich.console import Console

from local.demo import run as demo
from local.demo.map import COLOURS, draw_map
from local.demo.problem import DELIVERIES, delivery_problem
from milkrun.schema.problem import Problem
from milkrun.schema.rules import breaches
from networks.town import town

TOWN = town(7, columns=13)


def test_the_api_accepts_its_problem() -> None:
    problem = Problem.model_validate_json(json.dumps(delivery_problem(7, 10, TOWN, "demo-town")))
    assert len(problem.jobs) == DELIVERIES
    assert list(breaches(problem)) == []


def test_the_same_seed_gives_the_same_problem() -> None:
    assert delivery_problem(7, 10, TOWN, None) == delivery_problem(7, 10, TOWN, None)
    assert delivery_problem(7, 10, TOWN, None)["jobs"] != delivery_problem(8, 10, TOWN, None)["jobs"]


def test_the_map_names_each_route_by_its_colour_and_the_depot() -> None:
    depot, stop = [float(TOWN.longitude[0]), float(TOWN.latitude[0])], {"type": "job", "id": 9}
    line = polyline.encode([(depot[1], depot[0])] * 2, 5)
    steps = [{"type": "start", "location": depot}, {**stop, "location": depot}]
    routes = [
        {"vehicle": number, "description": f"van <{number}>", "geometry": line, "steps": steps}
        for number in (2, 5)
    ]
    svg = ElementTree.fromstring(draw_map(TOWN, {"routes": routes}))  # noqa: S314 (our own)
    drawn = list(svg)
    for number, colour in zip((2, 5), COLOURS, strict=False):
        (name,) = [it for it in drawn if it.text == f"Van {number} (van <{number}>)"]
        assert drawn[drawn.index(name) - 1].get("fill") == colour
        assert any(it.get("stroke") == colour for it in drawn)
    assert "Depot" in [it.text for it in drawn]


def test_a_stack_that_does_not_come_up_fails_the_demo(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @contextmanager
    def broken(_env: Mapping[str, str]) -> Iterator[None]:
        raise RuntimeError("no room left")
        yield

    monkeypatch.setattr(demo, "running_stack", broken)
    monkeypatch.setattr(demo, "_streets_in_neo4j", lambda *_: None)
    assert demo.main() == 1
    assert "The demo failed: no room left" in capsys.readouterr().out


def test_a_run_that_does_not_complete_fails_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    status = {"status": "failed", "progress": 1.0, "best_cost": None, "error": {"code": "worker_lost"}}

    def call(url: str, method: str, *rest: object) -> Mapping[str, object]:
        return {"run_id": "1"} if method == "POST" else status

    monkeypatch.setattr(demo, "_call", call)
    with pytest.raises(demo.DemoError, match=r"failed.*worker_lost"):
        demo.run_demo("http://127.0.0.1:1", Console(quiet=True), TOWN, None)
