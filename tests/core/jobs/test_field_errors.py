"""The number and size of the fields that a failed run names are limited."""

import pytest

from milkrun.errors import FieldError
from milkrun.jobs.field_errors import MOST, MOST_BYTES, from_stored, to_stored


def errors(count: int, message: str = "lies in the sea") -> list[FieldError]:
    return [FieldError(f"$.jobs[{number}].location", message) for number in range(count)]


@pytest.mark.parametrize("count", [0, 1, 3, MOST])
def test_stored_errors_can_be_read(count: int) -> None:
    assert from_stored(to_stored(errors(count))) == tuple(errors(count))


def test_without_errors_nothing_is_stored() -> None:
    assert to_stored([]) == ""


def test_only_the_first_of_many_errors_are_stored() -> None:
    assert from_stored(to_stored(errors(10 * MOST))) == tuple(errors(MOST))


def test_as_many_long_errors_are_stored_as_fit() -> None:
    stored = to_stored(errors(MOST, "€" * 1_000))
    kept = from_stored(stored)
    assert len(stored.encode()) <= MOST_BYTES
    assert kept == tuple(errors(len(kept), "€" * 1_000))
    assert 0 < len(kept) < MOST


def test_an_unreadable_list_of_errors_is_reported() -> None:
    with pytest.raises(ValueError, match="char 0"):
        from_stored("nonsense")
