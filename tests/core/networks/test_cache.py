import pytest

from milkrun.errors import DependencyUnavailableError, NetworkNotFoundError
from milkrun.networks.cache import NetworkCache
from milkrun.networks.store import NetworkVersion


class Shelf:
    """Networks as a store has them: versions by name, data by version."""

    def __init__(self, **versions: str) -> None:
        self.versions = versions
        self.whole = True
        self.reads: list[str] = []

    def current(self, name: str) -> NetworkVersion:
        if name not in self.versions:
            raise NetworkNotFoundError(name)
        return NetworkVersion(self.versions[name], "sum")

    def read(self, version: NetworkVersion) -> bytes | None:
        self.reads.append(version.version)
        return version.version.encode() if self.whole else None


def cache_of(shelf: Shelf) -> NetworkCache[str]:
    return NetworkCache(shelf, bytes.decode)  # type: ignore[arg-type]


def test_a_network_is_read_once() -> None:
    shelf = Shelf(town="v1")
    cache = cache_of(shelf)
    assert cache.get("town") == cache.get("town") == "v1"
    assert shelf.reads == ["v1"]


def test_a_new_version_is_read_again() -> None:
    shelf = Shelf(town="v1")
    cache = cache_of(shelf)
    cache.get("town")
    shelf.versions["town"] = "v2"
    assert cache.get("town") == "v2"


def test_only_a_few_networks_are_kept() -> None:
    shelf = Shelf(a="va", b="vb", c="vc")
    cache = cache_of(shelf)
    for name in "abca":
        cache.get(name)
    assert shelf.reads == ["va", "vb", "vc", "va"]


def test_an_unknown_network_is_reported() -> None:
    with pytest.raises(NetworkNotFoundError):
        cache_of(Shelf()).get("atlantis")


def test_a_network_that_stays_incomplete_is_given_up() -> None:
    shelf = Shelf(town="v1")
    shelf.whole = False
    with pytest.raises(DependencyUnavailableError):
        cache_of(shelf).get("town")
    assert len(shelf.reads) == 3
