"""Keeps loops of assertions from passing because there is nothing to check."""

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


def nonempty(items: Iterable[T]) -> list[T]:
    """The items as a list. Fails if there are none."""
    found = list(items)
    assert found, "there is nothing to check"
    return found
