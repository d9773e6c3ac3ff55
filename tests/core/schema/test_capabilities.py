"""What each engine can express, and what is refused because no engine can express it."""

from pathlib import Path
from typing import Any

import pytest

from milkrun.schema import capabilities
from milkrun.schema.capabilities import ENGINES, FEATURES, inability
from tests.nonempty import nonempty

from .bodies import RELOADS, broken, problem

SHIFT = {"shift_duration": 28_800, "max_overtime": 7_200, "costs": {"per_overtime_hour": 1_800}}
TWO_WINDOWS = {"time_windows": [[0, 9], [20, 29]]}


@pytest.fixture
def two_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table without the engine that can express everything."""
    monkeypatch.setattr(capabilities, "ENGINES", ("vroom", "pyvrp"))


def shipment(**pickup: Any) -> dict[str, Any]:
    return {"pickup": {"id": 1, "location_index": 3, **pickup}, "delivery": {"id": 1, "location_index": 2}}


@pytest.mark.parametrize(
    ("vehicle", "job"),
    [(RELOADS, {}), (SHIFT, {}), ({}, {"release_time": 60}), ({**RELOADS, **SHIFT}, {"release_time": 60})],
)
def test_each_addition_is_accepted_alone_and_with_the_others(
    vehicle: dict[str, Any], job: dict[str, Any]
) -> None:
    assert broken(vehicle, {**job, "time_windows": [[0, 9], [20, 29]]}) == {}


@pytest.mark.parametrize(
    ("vehicle", "job", "changes", "path"),
    [
        ({"breaks": [{"id": 1, "time_windows": [[0, 9]]}]}, {}, {}, "$.vehicles[0].breaks"),
        ({}, {}, {"shipments": [shipment(**TWO_WINDOWS)]}, "$.shipments[0].pickup.time_windows"),
        ({"max_tasks": 3}, {}, {"shipments": [shipment()]}, "$.vehicles[0].max_tasks"),
        ({"max_tasks": 1, **RELOADS}, {}, {}, "$.vehicles[0].max_tasks"),
        ({}, {"location_index": 2, "setup": 5}, {}, "$.jobs[0].setup"),
        (
            {"type": "van"},
            {"location_index": 0, "setup_per_type": {"van": 5}},
            {},
            "$.jobs[0].setup_per_type",
        ),
        (RELOADS | {"start_index": 3}, {"location_index": 0, "setup": 5}, {}, "$.jobs[0].setup"),
        ({"max_distance": 9}, {}, {}, "$.vehicles[0].max_distance"),
        ({"max_travel_time": 9, "costs": {"per_km": 1}}, {}, {}, "$.vehicles[0].max_travel_time"),
    ],
)
def test_a_feature_only_for_pyvrp_is_refused_beside_one_only_for_vroom(
    vehicle: dict[str, Any], job: dict[str, Any], changes: dict[str, Any], path: str, two_engines: None
) -> None:
    released = broken(vehicle, {**job, "release_time": 60}, **changes)
    assert list(released) == [path]
    assert "cannot be combined with" in released[path]
    if not vehicle.get("reloads"):
        assert broken(vehicle, job, **changes) == {}


def test_a_refusal_names_the_feature_that_excludes_the_other_engine(two_engines: None) -> None:
    broken_rules = broken({**RELOADS, **SHIFT, "breaks": [{"id": 1}]})
    assert broken_rules == {"$.vehicles[0].breaks": "cannot be combined with `reloads` or `shift_duration`"}


def test_a_refusal_says_what_to_do(two_engines: None) -> None:
    [message] = broken({"max_tasks": 1, **RELOADS}).values()
    assert message == "cannot be combined with `reloads` of the same vehicle. Leave out one of them"


def test_what_no_engine_can_express_is_refused_alone(two_engines: None) -> None:
    relation = {"type": "same_vehicle", "steps": [{"type": "job", "id": 1}, {"type": "job", "id": 2}]}
    assert broken(relations=[relation]) == {"$.relations[0]": "is supported by no engine"}


def test_an_engine_for_everything_leaves_nothing_to_refuse() -> None:
    """The search can be missing on a machine, so that a run fails there, but a problem is refused nowhere."""
    assert all("sisr" in feature.engines for feature in nonempty(FEATURES))


def test_what_vroom_cannot_express_is_named_by_its_keys() -> None:
    assert inability("vroom", problem()) is None
    assert inability("vroom", problem(job={"release_time": 0})) is None
    everything = problem({**RELOADS, **SHIFT}, {"release_time": 1})
    expected = "VROOM does not support `reloads`, `release_time` or `shift_duration`"
    assert inability("vroom", everything) == expected


WINDOW = {"time_window": [0, 9_000]}
ZEROS = [[0] * 4] * 4
CUSTOM = {"car": {"durations": ZEROS, "distances": ZEROS, "costs": ZEROS}}


@pytest.mark.parametrize(
    ("vehicle", "changes", "word"),
    [
        ({"breaks": [{"id": 1, "time_windows": [[0, 9]]}]}, {}, "breaks"),
        ({}, {"shipments": [shipment(**TWO_WINDOWS)]}, "time_windows"),
        ({}, {"jobs": [{"id": i, "location_index": 1, "setup": 5} for i in (1, 2)]}, "setup"),
        ({}, {"jobs": [{"id": 1, "location_index": 0, "setup": 5}]}, "setup"),
        ({"max_tasks": 1}, {"shipments": [shipment()]}, "max_tasks"),
        ({"max_distance": 9, **WINDOW}, {}, "max_distance"),
        ({"max_travel_time": 9, "costs": {"per_km": 5}, **WINDOW}, {}, "max_travel_time"),
        ({"max_travel_time": 9, **WINDOW}, {"matrices": CUSTOM}, "max_travel_time"),
        ({"max_travel_time": 9, "max_distance": 9}, {"matrices": CUSTOM}, "max_distance"),
    ],
)
def test_what_pyvrp_cannot_express_is_named(
    vehicle: dict[str, Any], changes: dict[str, Any], word: str
) -> None:
    asked = problem(vehicle, **changes)
    assert word in str(inability("pyvrp", asked))
    assert inability("vroom", asked) is None


@pytest.mark.parametrize(
    ("vehicle", "changes"),
    [
        ({}, {}),
        (WINDOW, {}),
        ({}, {"jobs": [{"id": 1, "location_index": 1, **TWO_WINDOWS}]}),
        ({}, {"shipments": [shipment()]}),
        ({}, {"jobs": [{"id": 1, "location_index": 1, "setup": 5}]}),
        ({"max_tasks": 1}, {}),
        ({"max_tasks": 9}, {"shipments": [shipment()]}),
        ({"max_travel_time": 9, **WINDOW}, {}),
        ({"max_distance": 9, "costs": {"per_hour": 0, "per_km": 5}, **WINDOW}, {}),
        ({"max_travel_time": 9, "max_distance": 9, "costs": {"per_km": 5}}, {}),
        ({"max_distance": 9}, {"matrices": CUSTOM}),
        ({"costs": {"fixed": 9, "per_hour": 7, "per_km": 5, "per_task_hour": 3}, **WINDOW}, {}),
        ({"speed_factor": 1.7, "skills": [1], "type": "van"}, {}),
    ],
)
def test_what_pyvrp_can_express(vehicle: dict[str, Any], changes: dict[str, Any]) -> None:
    assert inability("pyvrp", problem(vehicle, **changes)) is None


def test_touching_windows_of_a_shipment_count_as_one() -> None:
    meeting = {"time_windows": [[0, 9], [5, 20], [20, 29]]}
    assert inability("pyvrp", problem(shipments=[shipment(**meeting)])) is None


def test_a_setup_for_a_type_that_no_vehicle_has_is_ignored() -> None:
    job = {"location_index": 2, "setup_per_type": {"bike": 5}}
    assert inability("pyvrp", problem({"type": "van"}, job)) is None
    assert "setup" in str(inability("pyvrp", problem({"type": "bike"}, job)))
    assert (
        inability("pyvrp", problem({"type": "bike"}, job | {"setup": 9, "setup_per_type": {"bike": 0}}))
        is None
    )


def test_the_table_in_the_docs_is_the_one_in_the_code() -> None:
    docs = (Path(__file__).parents[3] / "docs" / "engines.md").read_text()
    head = "| what not every engine can express | SISR | VROOM | PyVRP |"
    rows = docs.split(head)[1].splitlines()[2 : 2 + len(FEATURES)]
    told = [[cell.strip() for cell in row.split("|")[1 : 2 + len(ENGINES)]] for row in rows]
    expected = [
        [it.name, *("yes" if engine in it.engines else "no" for engine in ENGINES)] for it in FEATURES
    ]
    assert told == expected
