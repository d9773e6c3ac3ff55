"""The travel times of a run whose problem names a road network."""

import time
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

from milkrun.errors import NetworkNotFoundError
from milkrun.networks.cache import NetworkCache
from milkrun.networks.store import NetworkStore
from milkrun.schema.problem import Problem

_SECONDS = 300.0
"""A third of the longest invocation: what takes longer would take every attempt."""

N = TypeVar("N")
N_contra = TypeVar("N_contra", contravariant=True)


class Source(Protocol[N_contra]):
    """Works travel times out, as `milkrun_solver.network_travel.network_source`."""

    def __call__(self, problem: Problem, roads: N_contra, is_over: Callable[[], bool], /) -> Any: ...


class NetworkTravel(Generic[N]):
    """Works out travel times on the networks of a store, which it reads once and keeps.

    Args:
        find_store: Gives the store when a problem first names a network; None where no Neo4j is configured.
        build: Makes a network of its compiled form.
        clock: Seconds that never go back.
    """

    def __init__(
        self,
        find_store: Callable[[], NetworkStore | None],
        build: Callable[[bytes], N],
        source: Source[N],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._find_store = find_store
        self._build = build
        self._networks: NetworkCache[N] | None = None
        self._source = source
        self._clock = clock

    def times_of(self, problem: Problem) -> Any:
        """Travel times on the network that a problem names, None if it names none.

        Raises:
            NetworkNotFoundError: There is no such network.
            DependencyUnavailableError: Neo4j is away.
        """
        if problem.network is None:
            return None
        roads = self._network(problem.network)
        latest = self._clock() + _SECONDS
        return self._source(problem, roads, lambda: self._clock() >= latest)

    def _network(self, name: str) -> N:
        if self._networks is None:
            store = self._find_store()
            if store is None:
                raise NetworkNotFoundError(f"There is no road network {name!r}: no Neo4j is configured.")
            self._networks = NetworkCache(store, self._build)
        return self._networks.get(name)
