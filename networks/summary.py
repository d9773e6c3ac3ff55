"""What an import tells of a file: what is kept, what is not, and what looks wrong."""

from collections.abc import Iterator

from milkrun_solver.roads.compiled import CompiledNetwork
from networks.compile import Dropped, Share
from networks.ways import Ways


def summary(file: str, ways: Ways, network: CompiledNetwork, dropped: Dropped) -> Iterator[str]:
    """Lines that say in numbers what has become of a file."""
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
        yield f"Loops left out, leading from a junction back to itself: {dropped.loops:,}."


def most_is_dropped(dropped: Dropped) -> str | None:
    """A warning where islands took more of a profile's roads than they left."""
    poor = [
        f"{profile} ({_km(share.island_metres)} of {_km(share.island_metres + share.metres)} km)"
        for profile, share in dropped.shares.items()
        if _is_poor(share)
    ]
    if not poor:
        return None
    return (
        f"Careful: most of the roads are dropped for {', '.join(poor)}: from there, no way leads to the rest "
        "and back. Do the roads of the file meet where they should, and lead both ways?"
    )


def _is_poor(share: Share) -> bool:
    return share.island_metres > share.metres or share.roads == 0


def _km(metres: float) -> str:
    return f"{metres / 1000:,.1f}"
