"""How many processes of a function run on one machine."""

from pathlib import Path

import pytest

from local.pool import sandbox_limit
from local.template import Function


def function(memory: int, reserved: int | None = None) -> Function:
    return Function("F", "f.g", "python3.13", Path(), memory=memory, reserved_concurrency=reserved)


@pytest.mark.parametrize(("memory", "limit"), [(128, 32), (1769, 32), (3538, 16), (10_240, 5)])
def test_memory_counts_as_vcpus_and_a_core_takes_sixteen_of_them(memory: int, limit: int) -> None:
    assert sandbox_limit(function(memory), cores=2) == limit


def test_every_function_may_have_four(tmp_path: Path) -> None:
    assert sandbox_limit(function(10_240), cores=1) == 4


def test_reserved_concurrency_is_never_exceeded() -> None:
    assert sandbox_limit(function(128, reserved=1), cores=2) == 1
