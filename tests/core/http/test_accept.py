import pytest

from milkrun.http.accept import media_types


@pytest.mark.parametrize(
    ("accept", "types"),
    [
        ("application/json", ["application/json"]),
        ("Application/GZIP; v=1, application/geo+json;q=0.5", ["application/gzip", "application/geo+json"]),
        ("application/geo+json;q=0, application/json", ["application/json"]),
        ("application/geo+json; Q = 0.000", []),
        ("application/geo+json;q=0.01", ["application/geo+json"]),
    ],
)
def test_a_type_with_quality_zero_is_not_accepted(accept: str, types: list[str]) -> None:
    assert media_types(accept) == types
