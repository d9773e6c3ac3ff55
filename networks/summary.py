"""Reports what an import kept of a file, what it dropped, and what looks wrong."""

from collections.abc import Iterator

from milkrun_solver.roads.compiled import CompiledNetwork
from networks.compile import Dropped, Share
from networks.ways import Ways


def summary(file: str, ways: Ways, network: CompiledNetwork, dropped: Dropped) -> Iterator[str]:
    """Lines with the numbers of what was kept and what was dropped."""
    yield (
        f"{file}: {len(network.longitude):,} junctions, {len(network.target):,} roads for "
        f"{', '.join(network.seconds)}. Dropped as islands: {dropped.junctions:,} junctions, "
        f"{_km(dropped.metres)} km."
    )
    for profile, share in dropped.shares.items():
        islands = f" Closed to it as islands: {share.island_roads:,} roads, {_km(share.island_metres)} km."
        kept = f"{profile}: {share.roads:,} roads, {_km(share.metres)} km."
        yield kept + (islands if share.island_roads else "")
    yield from ways.notes
    if dropped.loops:
        yield f"Loops left out because they lead from a junction back to itself: {dropped.loops:,}."


def most_is_dropped(dropped: Dropped) -> str | None:
    """A warning if a profile lost more of its roads to islands than it kept."""
    losers = [
        f"{profile} ({_km(share.island_metres)} of {_km(share.island_metres + share.metres)} km)"
        for profile, share in dropped.shares.items()
        if _lost_most(share)
    ]
    if not losers:
        return None
    return (
        f"Warning: most roads were dropped for {', '.join(losers)}. They have no way to the rest and back. "
        "Check that the roads in the file meet where they should, and that they lead both ways."
    )


def _lost_most(share: Share) -> bool:
    return share.island_metres > share.metres or share.roads == 0


def _km(metres: float) -> str:
    return f"{metres / 1000:,.1f}"
