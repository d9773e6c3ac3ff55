"""Values of `maxspeed` as they occur in OpenStreetMap."""

import pytest

from networks.maxspeed import limit_kmh


@pytest.mark.parametrize(
    ("text", "kmh"),
    [
        ("50", 50),
        ("50 km/h", 50),
        ("7.5", 7.5),
        ("30 mph", 48.28032),
        ("20mph", 32.18688),
        ("none", 130),
        ("walk", 7),
        ("DE:walk", 7),
        ("FR:urban", 50),
        ("fr:rural", 80),
        ("DE:rural", 100),
        ("XX:rural", 90),
        ("GB:motorway", 113),
        ("FR:zone30", 30),
        ("DE:zone:20", 20),
        ("50;30", 30),
        ("50; signals", 50),
    ],
)
def test_a_stated_limit_is_understood(text: str, kmh: float) -> None:
    assert limit_kmh(text) == pytest.approx(kmh)


@pytest.mark.parametrize(
    "text", ["", "signals", "variable", "fast", "0", "-5", "FR:", "50 parsecs", "0.1", "5000", "DE:zone0"]
)
def test_a_value_without_a_limit_gives_none(text: str) -> None:
    assert limit_kmh(text) is None


def test_a_limit_of_hundreds_of_digits_is_ignored() -> None:
    assert limit_kmh("9" * 400) is None
