"""Start times of routes, compared with trying every start."""

from hypothesis import given
from hypothesis import strategies as st

from milkrun_solver.routes.timing import Timing

LAST = 60
"""No window closes later, so no later start can serve a stop with a window."""


@st.composite
def timings(draw: st.DrawFn) -> Timing:
    stops = draw(st.integers(1, 4))
    short = st.integers(0, 6)
    windows = []
    for _ in range(stops):
        edges = sorted(draw(st.sets(st.integers(0, LAST), max_size=6)))
        windows.append(list(zip(edges[::2], edges[1::2], strict=False)))
    return Timing(
        travel=[draw(short) for _ in range(stops + 1)],
        action=[draw(short) for _ in range(stops)],
        windows=windows,
        earliest=draw(st.integers(0, 20)),
        latest=draw(st.none() | st.integers(20, 80)),
    )


def ends(timing: Timing) -> dict[int, int]:
    """The earliest end for every start that meets all windows, second by second."""
    found = {}
    for start in range(timing.earliest, 2 * LAST):
        time = start
        for travel, action, windows in zip(timing.travel, timing.action, timing.windows, strict=False):
            time += travel
            if windows:
                times = [t for first, last in windows for t in range(max(first, time), last + 1)]
                if not times:
                    break
                time = min(times)
            time += action
        else:
            time += timing.travel[-1]
            if timing.latest is None or time <= timing.latest:
                found[start] = time
    return found


@given(timings())
def test_a_route_starts_as_late_as_its_earliest_end_allows(timing: Timing) -> None:
    possible = ends(timing)
    start = timing.latest_start()
    if start is None:
        assert not possible
        return
    earliest_end = min(possible.values())
    assert start == max(time for time, end in possible.items() if end == earliest_end)


@given(timings())
def test_the_shortest_start_gives_the_shortest_duration(timing: Timing) -> None:
    possible = ends(timing)
    start = timing.shortest_start(enough=-1)
    if start is None:
        assert not possible
        return
    assert possible[start] - start == min(end - time for time, end in possible.items())


def test_a_route_that_is_short_enough_ends_as_early_as_possible() -> None:
    timing = Timing([5, 5, 5], [0, 0], [[(10, 20), (50, 60)], [(30, 70)]], earliest=0, latest=None)
    assert timing.latest_start() == timing.shortest_start(enough=20) == 15
    assert timing.shortest_start(enough=19) == 45
