import pytest

from milkrun.errors import InvalidProblemError

from .parsing import PLAIN, parse


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("g", "use `geometry` instead"),
        ("l", "use `time_limit` instead"),
        ("t", "use `threads` instead"),
        ("x", "use `exploration_level` instead"),
        ("c", "plan mode is not available"),
    ],
)
def test_an_option_of_vroom_s_server_is_reported_with_milkrun_s_name(key: str, told: str) -> None:
    with pytest.raises(InvalidProblemError) as caught:
        parse({**PLAIN, "options": {key: True}})
    (error,) = caught.value.errors
    assert error.loc == f"$.options.{key}"
    assert error.message.startswith("is not a known key; ")
    assert told in error.message
