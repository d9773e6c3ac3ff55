"""The error of every bad body names the field at fault."""

import json
from typing import Any

import pytest

from milkrun.errors import (
    FieldError,
    InvalidJsonError,
    InvalidProblemError,
    MatrixTooLargeError,
    TooManyLocationsError,
    TooManyVehiclesError,
)
from milkrun.schema.fields import MOST_KEYS, MOST_NAMES, Model
from milkrun.schema.parse import MAX_REPORTED, parse_problem
from milkrun.settings import Limits

from .parsing import PLAIN, WITH_MATRIX, changed, locs, parse


def test_a_problem_with_coordinates_is_accepted() -> None:
    assert len(parse(PLAIN).jobs) == 2


def test_a_problem_with_a_matrix_is_accepted() -> None:
    assert parse(WITH_MATRIX).matrices is not None


@pytest.mark.parametrize(
    ("path", "value", "loc"),
    [
        ("jobs.0.colour", "red", "$.jobs[0].colour"),
        ("hobs", [], "$.hobs"),
        ("options", {"time_limt": 3}, "$.options.time_limt"),
        ("jobs.0.id", "1", "$.jobs[0].id"),
        ("jobs.0.id", 1.5, "$.jobs[0].id"),
        ("jobs.0.id", True, "$.jobs[0].id"),
        ("jobs.0.id", ..., "$.jobs[0].id"),
        ("jobs.0.id", None, "$.jobs[0].id"),
        ("jobs.0.service", -1, "$.jobs[0].service"),
        ("vehicles.0.speed_factor", 0.009, "$.vehicles[0].speed_factor"),
        ("vehicles.0.speed_factor", 5e-324, "$.vehicles[0].speed_factor"),
        ("jobs.0.priority", 101, "$.jobs[0].priority"),
        ("jobs.0.location", [7.4], "$.jobs[0].location[1]"),
        ("jobs.0.location", [7.4, "43"], "$.jobs[0].location[1]"),
        ("jobs.0.location", [181, 43], "$.jobs[0].location[0]"),
        ("jobs.0.location", [7, -91], "$.jobs[0].location[1]"),
        ("jobs.0.location", ..., "$.jobs[0].location"),
        ("jobs.0.time_windows", [[9, 3]], "$.jobs[0].time_windows[0]"),
        ("jobs.0.time_windows", [[1, 2], [3]], "$.jobs[0].time_windows[1]"),
        ("jobs.0.time_windows", [{"start": 1, "end": 2}], "$.jobs[0].time_windows[0]"),
        ("jobs.1.id", 1, "$.jobs[1].id"),
        ("jobs.1.pickup", [1, 2], "$.jobs[1].pickup"),
        ("jobs.1.delivery", [-1], "$.jobs[1].delivery[0]"),
        ("shipments.0.amount", [1, 2], "$.shipments[0].amount"),
        ("shipments.0.pickup", ..., "$.shipments[0].pickup"),
        ("vehicles", [], "$.vehicles"),
        ("vehicles.0.start", ..., "$.vehicles[0].start"),
        ("vehicles.0.speed_factor", 0, "$.vehicles[0].speed_factor"),
        ("vehicles.0.speed_factor", 5.1, "$.vehicles[0].speed_factor"),
        ("vehicles.0.time_window", [5, 1], "$.vehicles[0].time_window"),
        ("vehicles.0.costs", {"per_mile": 1}, "$.vehicles[0].costs.per_mile"),
        ("vehicles.0.breaks", [{"id": 1}, {"id": 1}], "$.vehicles[0].breaks[1].id"),
        ("vehicles.0.breaks.0.max_load", [1, 1], "$.vehicles[0].breaks[0].max_load"),
        ("vehicles.0.steps", [{"type": "job"}], "$.vehicles[0].steps[0].id"),
        ("vehicles.0.steps", [{"type": "job", "id": 9}], "$.vehicles[0].steps[0].id"),
        ("vehicles.0.steps", [{"type": "nap", "id": 1}], "$.vehicles[0].steps[0].type"),
        ("vehicles.0.steps", [{"type": "job", "id": 1}] * 2, "$.vehicles[0].steps[1].id"),
        ("options", {"time_limit": 0.5}, "$.options.time_limit"),
        ("options", {"time_limit": 3601}, "$.options.time_limit"),
        ("options", {"exploration_level": 6}, "$.options.exploration_level"),
        ("options", {"stall_limit": 0}, "$.options.stall_limit"),
        ("options", {"speed_kmh": 0.09}, "$.options.speed_kmh"),
        ("network", "Not A Name", "$.network"),
    ],
)
def test_a_bad_field_is_named(path: str, value: Any, loc: str) -> None:
    assert locs(changed(PLAIN, path, value)) == [loc]


@pytest.mark.parametrize(
    ("path", "value", "loc"),
    [
        ("jobs.0.location_index", 2, "$.jobs[0].location_index"),
        ("jobs.0.location_index", -1, "$.jobs[0].location_index"),
        ("jobs.0.location_index", ..., "$.jobs[0].location_index"),
        ("vehicles.0.start_index", 2, "$.vehicles[0].start_index"),
        ("vehicles.0.end_index", 7, "$.vehicles[0].end_index"),
        ("vehicles.0.start_index", ..., "$.vehicles[0].start_index"),
        ("vehicles.0.profile", "bike", "$.vehicles[0].profile"),
        ("vehicles.0.costs", {"per_km": 1}, "$.vehicles[0].costs.per_km"),
        ("vehicles.0.max_distance", 100, "$.vehicles[0].max_distance"),
        ("matrices", {}, "$.matrices"),
        ("matrices.car.durations", [[0, 9], [9]], "$.matrices.car.durations[1]"),
        ("matrices.car.durations", [[0, 9]], "$.matrices.car.durations[0]"),
        ("matrices.car.durations", [], "$.matrices.car.durations"),
        ("matrices.car.durations", [[0, -9], [9, 0]], "$.matrices.car.durations[0][1]"),
        ("matrices.car.durations", [[0, 9.5], [9, 0]], "$.matrices.car.durations[0][1]"),
        ("matrices.car.durations", ..., "$.matrices.car.durations"),
        ("matrices.car.distances", [[0]], "$.matrices.car.distances"),
        ("matrices.car.wishes", [[0]], "$.matrices.car.wishes"),
        ("matrices", {"my car": {"durations": [[0], [1]]}}, "$.matrices['my car'].durations[0]"),
        ("network", "monaco", "$.network"),
    ],
)
def test_a_bad_field_beside_a_matrix_is_named(path: str, value: Any, loc: str) -> None:
    assert locs(changed(WITH_MATRIX, path, value)) == [loc]


def test_duplicate_vehicle_ids_are_named() -> None:
    assert locs(changed(PLAIN, "vehicles", PLAIN["vehicles"] * 2)) == ["$.vehicles[1].id"]


def test_duplicate_pickup_and_delivery_ids_are_named() -> None:
    twice = changed(PLAIN, "shipments", PLAIN["shipments"] * 2)
    assert locs(twice) == ["$.shipments[1].pickup.id", "$.shipments[1].delivery.id"]


def test_per_hour_cannot_be_combined_with_custom_costs() -> None:
    body = changed(WITH_MATRIX, "matrices.car.costs", [[0, 1], [1, 0]])
    assert locs(changed(body, "vehicles.0.costs", {"per_hour": 60})) == ["$.vehicles[0].costs.per_hour"]


def test_a_problem_without_tasks_is_refused() -> None:
    assert locs({"vehicles": PLAIN["vehicles"], "jobs": []}) == ["$.jobs"]


def test_several_bad_fields_are_all_named() -> None:
    body = changed(changed(PLAIN, "jobs.0.id", "x"), "vehicles.0.capacity", [-1])
    assert sorted(locs(body)) == ["$.jobs[0].id", "$.vehicles[0].capacity[0]"]


def test_only_the_first_of_many_bad_fields_are_named() -> None:
    jobs = [{"id": "x", "location": [0, 0]} for _ in range(500)]
    assert len(locs(changed(PLAIN, "jobs", jobs))) == MAX_REPORTED


def test_every_bad_vehicle_and_task_is_named_but_only_the_first_in_other_lists() -> None:
    body = changed(PLAIN, "jobs.0.delivery", ["x", "y"])
    body = changed(body, "jobs.1.time_windows", [[9, 3], [9, 3]])
    body = changed(body, "vehicles.0.id", None)
    assert locs(body) == ["$.vehicles[0].id", "$.jobs[0].delivery[0]", "$.jobs[1].time_windows[0]"]


def test_a_body_with_too_many_parts_is_refused_before_they_are_parsed() -> None:
    body = b"[" + b"{}," * 5_000 + b"{}]"
    with pytest.raises(InvalidProblemError) as caught:
        parse_problem(body, Limits(locations=10, vehicles=10))
    assert caught.value.errors == (FieldError("$", "has more than 2,000 keys, arrays and objects"),)


@pytest.mark.parametrize(
    ("path", "count", "loc"),
    [
        ("options", MOST_KEYS, "$.options"),
        ("vehicles.0.costs", MOST_KEYS, "$.vehicles[0].costs"),
        ("jobs.0.setup_per_type", MOST_NAMES, "$.jobs[0].setup_per_type"),
        ("matrices", MOST_NAMES, "$.matrices"),
    ],
)
def test_an_object_with_too_many_keys_is_one_error(path: str, count: int, loc: str) -> None:
    assert locs(changed(PLAIN, path, {f"k{i}": "x" for i in range(count + 1)})) == [loc]


def test_every_object_of_the_schema_may_have_all_its_fields() -> None:
    sizes = [len(model.model_fields) for model in Model.__subclasses__()]
    assert max(sizes) < MOST_KEYS


def test_only_the_first_of_many_broken_rules_between_fields_are_named() -> None:
    jobs = [{"id": 1, "location": [0, 0]}] * 500
    with pytest.raises(InvalidProblemError) as caught:
        parse(changed(PLAIN, "jobs", jobs))
    assert len(caught.value.errors) == MAX_REPORTED
    assert caught.value.detail.endswith("(and at least 19 more errors).")


def test_only_the_start_of_a_very_long_key_is_reported() -> None:
    (loc,) = locs(changed(PLAIN, "x" * 1_000_000, 1))
    assert loc == f"$['{'x' * 100}…']"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("jobs", "array"),
        ("jobs.0.delivery", "array"),
        ("jobs.0", "object"),
        ("jobs.0.setup_per_type", "object"),
        ("options", "object"),
    ],
)
def test_a_wrong_type_is_reported_in_json_s_terms(path: str, kind: str) -> None:
    with pytest.raises(InvalidProblemError) as caught:
        parse(changed(PLAIN, path, "x"))
    assert [error.message for error in caught.value.errors] == [f"must be an {kind}"]


@pytest.mark.parametrize(
    ("key", "message"),
    [("", "a key must not be empty"), ("x" * 101, "a key has more than 100 characters")],
)
def test_a_name_of_wrong_length_is_reported_at_its_object(key: str, message: str) -> None:
    with pytest.raises(InvalidProblemError) as caught:
        parse(changed(PLAIN, "jobs.0.setup_per_type", {key: 5}))
    assert caught.value.errors == (FieldError("$.jobs[0].setup_per_type", message),)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("vehicles", [], "must not be empty"),
        ("vehicles.0.profile", "", "must not be empty"),
        ("vehicles.0.profile", "x" * 101, "has more than 100 characters"),
        ("jobs.0.description", "x" * 1_001, "has more than 1,000 characters"),
        ("jobs.0.location", [7.4, 43.7, 12], "must be [longitude, latitude]"),
        ("jobs.0.location", "7.4,43.7", "must be [longitude, latitude]"),
        ("network", "Nice", "must match `^[a-z0-9][a-z0-9_-]{0,63}$`"),
    ],
)
def test_a_wrong_length_is_reported_in_json_s_terms(path: str, value: Any, message: str) -> None:
    with pytest.raises(InvalidProblemError) as caught:
        parse(changed(PLAIN, path, value))
    assert [error.message for error in caught.value.errors] == [message]


def test_a_number_too_large_to_parse_is_named() -> None:
    body = json.dumps(PLAIN).replace("7.42", "1e999", 1)
    with pytest.raises(InvalidProblemError, match=r"\$\.jobs\[0\]\.location\[0\]: is not a finite number"):
        parse_problem(body.encode(), Limits())


def test_a_byte_order_mark_is_ignored() -> None:
    assert len(parse_problem(b"\xef\xbb\xbf" + json.dumps(PLAIN).encode(), Limits()).jobs) == 2


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"jobs": [}', b"\xff\xfe", b"{'jobs': []}", b"[NaN]", b"[Infinity]", b"[-Infinity]"]
)
def test_a_body_that_is_not_json_is_reported_as_such(body: bytes) -> None:
    with pytest.raises(InvalidJsonError):
        parse_problem(body, Limits())


@pytest.mark.parametrize("body", [b"[]", b"3", b"null", b'"x"'])
def test_a_body_that_is_not_an_object_is_named_by_the_root(body: bytes) -> None:
    with pytest.raises(InvalidProblemError) as caught:
        parse_problem(body, Limits())
    assert caught.value.errors[0].loc == "$"


def test_each_limit_has_its_own_error() -> None:
    with pytest.raises(TooManyVehiclesError):
        parse(changed(PLAIN, "vehicles", PLAIN["vehicles"] * 3), Limits(vehicles=2))
    with pytest.raises(TooManyLocationsError):
        parse(PLAIN, Limits(locations=4))
    with pytest.raises(MatrixTooLargeError):
        parse(WITH_MATRIX, Limits(matrix_cells=3))


def test_the_cells_of_slots_count() -> None:
    slotted = changed(WITH_MATRIX, "matrices.car.slots", [{"start": 9, "durations": [[0, 9], [8, 0]]}])
    with pytest.raises(MatrixTooLargeError):
        parse(slotted, Limits(matrix_cells=7))
    parse(slotted, Limits(matrix_cells=8))


def test_a_problem_at_its_limits_is_accepted() -> None:
    parse(PLAIN, Limits(locations=5, vehicles=1))
    parse(WITH_MATRIX, Limits(matrix_cells=4))


def test_a_depot_shared_by_vehicles_counts_once() -> None:
    vehicles = [{"id": i, "start": [7, 43], "end": [7, 43]} for i in range(50)]
    parse({"vehicles": vehicles, "jobs": [{"id": 1, "location": [7, 43]}]}, Limits(locations=2))
