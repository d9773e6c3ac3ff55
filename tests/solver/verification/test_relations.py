import random

import pytest

from tests.solver.exhaustive.rules.relations import Relations
from tests.solver.verification.agreement import Body, agree

STEPS = [
    *({"type": "job", "id": number} for number in (1, 2, 3, 4)),
    {"type": "pickup", "id": 1},
    {"type": "delivery", "id": 1},
]
KINDS = ["same_vehicle", "different_vehicles", "sequence", "direct_sequence", "not_together"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_found_is_what_the_definition_says(kind: str) -> None:
    def related(body: Body, rng: random.Random) -> None:
        among = STEPS[:5] if kind in ("different_vehicles", "not_together") else STEPS
        steps = rng.sample(among, rng.choice((2, 2, 3)))
        body["relations"] = [{"type": kind, "steps": steps}]

    agree(related, Relations, f"relation 0 ({kind}) is broken")
