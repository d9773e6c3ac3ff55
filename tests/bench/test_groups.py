"""Groups of instances."""

import pytest

from bench.solver.groups import GROUPS, TUNED_ON, group


@pytest.mark.parametrize(
    ("instance", "expected"),
    [
        ("X-n957-k87", "Instances not tuned on"),
        ("X-n106-k14", "Instances tuned on"),
        ("MDVRPTW_PR11A", "Several depots"),
        ("generated-capacity-n100", "Instances not tuned on"),
    ],
)
def test_an_instance_has_its_group(instance: str, expected: str) -> None:
    assert group(instance) == expected


def test_every_group_is_in_the_order_of_tables() -> None:
    assert {
        group(name) for name in ("a", *TUNED_ON, "HFVRP_1", "SDVRPTW_1", "MTVRPTWR_1", "MDVRPTW_1")
    } == set(GROUPS)
