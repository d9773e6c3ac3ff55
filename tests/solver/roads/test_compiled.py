"""A compiled network survives being written and read, and bad bytes are refused."""

from dataclasses import fields, replace

import numpy as np
import pytest

from milkrun_solver.roads.compiled import CompiledNetwork
from tests.nonempty import nonempty

NETWORK = CompiledNetwork(
    longitude=np.array([7.41, 7.42, 7.43]),
    latitude=np.array([43.73, 43.74, 43.75]),
    first_road=np.array([0, 1, 3, 3], dtype=np.int32),
    target=np.array([1, 0, 2], dtype=np.int32),
    metres=np.array([10.5, 10.5, 99.25]),
    seconds={"car": np.array([1.5, np.inf, 7.0]), "foot": np.array([8.0, 8.0, 70.0])},
    shape_start=np.array([0, 0, 4, 6], dtype=np.int64),
    shapes=b"_ibE??",
)


def test_a_network_read_from_its_bytes_is_unchanged() -> None:
    copy = CompiledNetwork.from_bytes(NETWORK.to_bytes())
    for field in nonempty(fields(NETWORK)):
        before, after = getattr(NETWORK, field.name), getattr(copy, field.name)
        if field.name == "seconds":
            assert before.keys() == after.keys()
            assert all(np.array_equal(before[profile], after[profile]) for profile in nonempty(before))
        elif field.name == "shapes":
            assert after == before
        else:
            assert np.array_equal(before, after)
            assert before.dtype == after.dtype


@pytest.mark.parametrize("cut", [0, 20, 400])
def test_broken_bytes_are_refused(cut: int) -> None:
    with pytest.raises(ValueError, match=r"not a compiled network|pickled"):
        CompiledNetwork.from_bytes(NETWORK.to_bytes()[:cut])


def test_an_archive_without_an_array_is_refused() -> None:
    data = NETWORK.to_bytes().replace(b"target.npy", b"tarnot.npy")
    with pytest.raises(ValueError, match="not a compiled network"):
        CompiledNetwork.from_bytes(data)


@pytest.mark.parametrize(
    "broken",
    [
        {"first_road": np.array([0, 1, 3], dtype=np.int32)},
        {"first_road": np.array([0, 3, 1, 3], dtype=np.int32)},
        {"target": np.array([1, 0, 3], dtype=np.int32)},
        {"metres": np.array([1.0])},
        {"seconds": {"car": np.array([1.0])}},
        {"shapes": b""},
        {"metres": np.array([1.0, -1.0, 2.0])},
        {"seconds": {"car": np.array([1.0, np.nan, 2.0])}},
    ],
)
def test_arrays_that_do_not_fit_together_are_refused(broken: dict[str, object]) -> None:
    data = replace(NETWORK, **broken).to_bytes()  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="do not fit"):
        CompiledNetwork.from_bytes(data)
