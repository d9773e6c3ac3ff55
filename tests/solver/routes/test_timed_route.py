from milkrun_solver.routes.timed_route import Stop, TimedRoute, services_of, tasks_of

ROUTE = TimedRoute(
    vehicle=0,
    stops=[
        Stop("start", None, 0, 0, 0, ()),
        Stop("job", 4, 10, 10, 0, (), waiting=5),
        Stop("break", 0, 20, 15, 0, ()),
        Stop("reload", 1, 30, 25, 0, ()),
        Stop("pickup", 2, 40, 35, 0, (), setup=3),
        Stop("delivery", 3, 50, 45, 0, ()),
        Stop("end", None, 60, 55, 0, ()),
    ],
    cost=55,
)


def test_tasks_are_jobs_and_ends_of_shipments_in_order() -> None:
    assert tasks_of(ROUTE) == (4, 2, 3)


def test_service_begins_after_the_wait() -> None:
    assert list(services_of(ROUTE.stops)) == [(4, 15), (2, 40), (3, 50)]
