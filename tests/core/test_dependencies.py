import pytest

from milkrun.dependencies import NOT_CONFIGURED, OK, down, why_down


def test_a_state_says_why_a_dependency_is_down() -> None:
    assert down("timed out") == "down: timed out"
    assert why_down(down("/keys: URLError")) == "/keys: URLError"


@pytest.mark.parametrize("state", [OK, NOT_CONFIGURED])
def test_a_dependency_that_is_not_down_has_no_reason(state: str) -> None:
    assert why_down(state) is None
