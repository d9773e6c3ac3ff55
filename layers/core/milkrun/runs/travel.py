"""The travel times of a run whose problem names a road network."""

import time
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

from milkrun.errors import NetworkNotFoundError
from milkrun.networks.cache import NetworkCache
from milkrun.networks.store import NetworkStore
from milkrun.schema.problem import Problem

_SECONDS = 300.0
"""A third of the longest invocation. Travel times that take longer would use up every attempt. The solver's
error names this limit."""

N = TypeVar("N")
N_contra = TypeVar("N_contra", contravariant=True)


class Source(Protocol[N_contra]):
    """Computes travel times: see `milkrun_solver.model.network_travel.network_source`."""

    def __call__(self, problem: Problem, roads: N_contra, is_over: Callable[[], bool], /) -> Any: ...


class NetworkTravel(Generic[N]):
    """Computes travel times on the road networks of a store. It reads a network once and keeps it.

    Args:
        find_store: Returns the store when a problem first names a network; None if no Neo4j is configured.
        build: Builds a network from its compiled form.
        clock: A monotonic clock, in seconds.
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
        """Travel times on the network that a problem names; None if it names none.

        Raises:
            NetworkNotFoundError: There is no such network.
            DependencyUnavailableError: Neo4j is down.
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
                raise NetworkNotFoundError(
                    f"There is no road network named {name!r}: this stack has no Neo4j."
                )
            self._networks = NetworkCache(store, self._build)
        return self._networks.get(name)
