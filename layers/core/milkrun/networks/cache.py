"""Road networks that this process has read, kept from run to run."""

from collections.abc import Callable
from typing import Generic, TypeVar

from milkrun.dependencies import down
from milkrun.errors import DependencyUnavailableError
from milkrun.networks.store import NetworkStore, NetworkVersion

N = TypeVar("N")

_MOST_KEPT = 2
_MOST_TRIES = 3


class NetworkCache(Generic[N]):
    """Gives the current version of a network, and reads it only once.

    Args:
        store: Where networks are stored.
        build: Builds a network from its compiled form.
    """

    def __init__(self, store: NetworkStore, build: Callable[[bytes], N]) -> None:
        self._store = store
        self._build = build
        self._kept: dict[str, tuple[NetworkVersion, N]] = {}

    def get(self, name: str) -> N:
        """The current version of the network with this name.

        Raises:
            NetworkNotFoundError: There is no such network.
            DependencyUnavailableError: Neo4j is down.
        """
        for _ in range(_MOST_TRIES):
            version = self._store.current(name)
            kept = self._kept.pop(name, None)
            if kept is None or kept[0] != version:
                data = self._store.read(version)
                if data is None:  # replaced between the two queries
                    continue
                kept = version, self._build(data)
            self._kept[name] = kept
            while len(self._kept) > _MOST_KEPT:
                del self._kept[next(iter(self._kept))]
            return kept[1]
        raise DependencyUnavailableError({"neo4j": down("the road network cannot be read completely")})
