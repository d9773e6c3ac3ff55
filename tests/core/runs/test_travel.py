from collections.abc import Callable

import pytest

from milkrun.errors import NetworkNotFoundError
from milkrun.networks.store import NetworkStore, NetworkVersion
from milkrun.runs.travel import NetworkTravel
from milkrun.schema.parse import parse_problem
from milkrun.schema.problem import Problem
from milkrun.settings import Limits

from .conftest import BODY, Clock

BESIDE_ROADS = parse_problem(BODY, Limits())
ON_ROADS = BESIDE_ROADS.model_copy(update={"network": "town"})


class Shelf:
    """A store with one network."""

    def current(self, name: str) -> NetworkVersion:
        return NetworkVersion(name, "sum")

    def read(self, version: NetworkVersion) -> bytes:
        return version.version.encode()


def test_a_problem_without_a_network_does_not_use_the_store() -> None:
    def find_store() -> NetworkStore:
        raise AssertionError("nobody asked for a network")

    assert NetworkTravel(find_store, bytes.decode, lambda *_: "times").times_of(BESIDE_ROADS) is None


def test_times_are_those_of_the_network_that_the_problem_names() -> None:
    travel = NetworkTravel(Shelf, bytes.decode, lambda problem, roads, _: (problem, roads))  # type: ignore[arg-type]
    assert travel.times_of(ON_ROADS) == (ON_ROADS, "town")


def test_without_a_neo4j_there_is_no_network() -> None:
    with pytest.raises(NetworkNotFoundError, match="this stack has no Neo4j"):
        NetworkTravel(lambda: None, bytes.decode, lambda *_: "times").times_of(ON_ROADS)


def test_travel_times_may_take_a_third_of_the_longest_invocation(clock: Clock) -> None:
    seen: list[bool] = []

    def source(_problem: Problem, _roads: str, is_over: Callable[[], bool]) -> None:
        for passed in (299, 1):
            clock.now += passed
            seen.append(is_over())

    NetworkTravel(Shelf, bytes.decode, source, clock).times_of(ON_ROADS)  # type: ignore[arg-type]
    assert seen == [False, True]
