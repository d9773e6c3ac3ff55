"""Which jobs and shipments no vehicle can serve, and which rule forbids it."""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import NamedTuple

from milkrun_solver.feasibility.detours import Detours
from milkrun_solver.feasibility.screening import Screening
from milkrun_solver.model.problem import Model
from milkrun_solver.model.vehicles import Vehicle
from milkrun_solver.model.visits import ReloadVisit, Visit
from milkrun_solver.routes.schedule import least_overtime
from milkrun_solver.routes.untimed_route import UntimedRoute
from milkrun_solver.rules.registry import RULES, first_broken
from milkrun_solver.rules.rule import Insertion, Journey, Rule

_log = logging.getLogger(__name__)

_FEW = 8
"""This many vehicles are tried without screening, because most tasks fit one of them."""


def unservable(model: Model) -> dict[int, Rule]:
    """The tasks that no vehicle can serve, neither on a route of their own nor between others; both ends of a
    shipment. Each comes with the rule that stops the vehicle nearest to serving it."""
    refused = (it for it in _refused(model) if not it.fits_between)
    return {number: it.rule for it in refused for number in it.order}


def servable_between(model: Model) -> list[tuple[int, ...]]:
    """The jobs and shipments, as the numbers of their tasks, that no vehicle can serve on a route of their
    own but one may serve between others."""
    return [it.order for it in _refused(model) if it.fits_between]


def log_unservable(found: Mapping[int, Rule]) -> None:
    """Logs how many tasks each rule forbids, if it forbids any."""
    counts = Counter(found.values())
    by_rule = [f"{counts[rule]} by {rule.code} ({rule.reason})" for rule in RULES if counts[rule]]
    if by_rule:
        _log.info("no vehicle can serve %d tasks: %s", len(found), "; ".join(by_rule))


class _Refused(NamedTuple):
    """A job or shipment that no vehicle can serve on a route of its own: the numbers of its tasks, the rule
    that the best vehicle breaks, and whether a vehicle may serve it between others."""

    order: tuple[int, ...]
    rule: Rule
    fits_between: bool


def _refused(model: Model) -> Iterator[_Refused]:
    kinds = list({_traits(vehicle): number for number, vehicle in enumerate(model.vehicles)}.values())
    screening = Screening(model, kinds[_FEW:])
    detours = Detours(model, kinds)
    for number, task in enumerate(model.tasks):
        if task.kind == "delivery":
            continue
        order = (number,) if task.partner is None else (number, task.partner)
        broken = _last_broken(model, chain(kinds[:_FEW], screening.able(number)), order)
        if broken is not None:
            rule = RULES[max(broken, screening.last_broken(number))]
            yield _Refused(order, rule, detours.may_serve(order))


def _traits(vehicle: Vehicle) -> tuple[object, ...]:
    """Everything about a vehicle that decides what it can serve."""
    way = vehicle.start, vehicle.end, vehicle.type_rank, vehicle.duration_factor, id(vehicle.travel)
    return *way, *(rule.traits(vehicle) for rule in RULES)


def _last_broken(model: Model, vehicles: Iterable[int], order: tuple[int, ...]) -> int | None:
    """The highest rank of the first rule that a vehicle breaks; None if one can serve the job or shipment."""
    last = -1
    for vehicle in vehicles:
        for insertion in _insertions(model, vehicle, order):
            broken = first_broken(insertion)
            if broken is None:
                return None
            last = max(last, broken)
    return last


def _insertions(model: Model, number: int, order: tuple[int, ...]) -> Iterator[Insertion]:
    """A job or shipment alone on a vehicle's route: from the start, and from each place to reload, which may
    be nearer once the goods are ready."""
    vehicle, tasks = model.vehicles[number], [model.tasks[task] for task in order]
    yield Insertion(vehicle, tasks, partial(_journey, model, number, order))
    for rank in range(len(vehicle.reloads)):
        visits: tuple[Visit, ...] = (ReloadVisit(rank), *order)
        yield Insertion(vehicle, tasks, partial(_journey, model, number, visits), reloads=1)


def _journey(model: Model, number: int, visits: tuple[Visit, ...]) -> Journey:
    route = UntimedRoute(model, number, visits)
    return Journey(
        is_open=route.is_open(),
        travel_time=sum(route.travel),
        metres=sum(map(route.metres, range(len(route.legs)))),
        timing=route.timing(),
        overtime=least_overtime(route),
    )
