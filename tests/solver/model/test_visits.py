"""A task is visited by its number; other visits never pass for a task."""

from milkrun_solver.model.visits import BreakVisit, PlannedRoute, ReloadVisit, tasks_among


def test_the_tasks_of_a_route_are_its_visits_without_reloads() -> None:
    route = PlannedRoute(3, (4, ReloadVisit(0), 1, ReloadVisit(1), 0))
    assert route.tasks == (4, 1, 0)
    assert tasks_among([BreakVisit(0), 2, BreakVisit(1)]) == (2,)


def test_the_places_of_a_route_are_its_visits_without_breaks() -> None:
    route = PlannedRoute(3, (BreakVisit(0), 4, ReloadVisit(0), BreakVisit(1), 1))
    assert route.placed == (4, ReloadVisit(0), 1)
    assert route.tasks == (4, 1)


def test_a_visit_equals_only_visits_of_its_kind() -> None:
    assert ReloadVisit(1) == ReloadVisit(1)
    assert len({1, ReloadVisit(1), BreakVisit(1)}) == 3


def test_routes_are_compared_and_hashed_by_vehicle_and_visits() -> None:
    first, same = (PlannedRoute(0, (1, ReloadVisit(0), 2)) for _ in range(2))
    assert first == same
    assert len({first, same, first._replace(visits=(1, 2))}) == 2
