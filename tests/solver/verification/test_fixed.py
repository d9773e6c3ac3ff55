import random
from collections.abc import Callable

import pytest

from tests.solver.exhaustive.rules.fixed import Fixed
from tests.solver.verification.agreement import Body, agree

JOBS: list[Body] = [{"type": "job", "id": number} for number in (1, 2, 3, 4)]
ENDS: list[Body] = [{"type": "pickup", "id": 1}, {"type": "delivery", "id": 1}]


def at_position(body: Body, rng: random.Random) -> None:
    """A route begins with one or two tasks, and maybe a reload."""
    vehicle = body["vehicles"][rng.choice((0, 0, 1))]
    steps = rng.choice((JOBS[:1], JOBS[:2], ENDS, ENDS[:1]))
    if "reloads" in vehicle and steps != ENDS[:1] and rng.random() < 0.3:
        steps = [*steps, {"type": "reload", "id": 1}]
    vehicle["steps"] = [{"type": "start"}, *({**step, "fixed": "position"} for step in steps)]


def in_order(body: Body, rng: random.Random) -> None:
    """A vehicle serves one or two tasks in this order."""
    steps = rng.choice((JOBS[:1], JOBS[:2], [JOBS[2], ENDS[0]], [ENDS[1], JOBS[3]]))
    body["vehicles"][1]["steps"] = [{**step, "fixed": "order"} for step in steps]


def at_a_reload(body: Body, _rng: random.Random) -> None:
    """A route begins with a reload, if there is one."""
    body["vehicles"][0]["steps"] = [{"type": "reload", "id": 1, "fixed": "position"}]


@pytest.mark.parametrize(
    ("fixed", "said"),
    [
        (at_position, "begin with its fixed steps"),
        (at_a_reload, "begin with its fixed steps"),
        (in_order, "in their order"),
    ],
)
def test_what_is_found_is_what_the_definition_says(
    fixed: Callable[[Body, random.Random], None], said: str
) -> None:
    agree(fixed, Fixed, said)
