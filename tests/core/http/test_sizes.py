import gzip

import pytest

from milkrun.http.sizes import asks_for_gzip, fits, fits_zipped, zipped


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("application/gzip", True),
        ("application/GZIP", True),
        (" application/gzip ; q=0.5, */*", True),
        ("*/*", False),
        ("application/json, application/gzip", False),
        ("application/gzippy", False),
        ("", False),
    ],
)
def test_only_the_first_type_counts_as_in_the_gateway(accept: str, expected: bool) -> None:
    assert asks_for_gzip(accept) is expected


def test_a_body_is_measured_as_a_string_of_json() -> None:
    assert fits("x" * 6_270_000)
    assert not fits("x" * 6_290_000)
    assert not fits('"' * 3_145_000)
    assert not fits("ü" * 1_050_000)  # six bytes each, as older Pythons on Lambda write it


def test_bytes_are_measured_as_base64() -> None:
    assert fits_zipped(b"x" * 4_700_000)
    assert not fits_zipped(b"x" * 4_710_000)


def test_equal_bodies_give_equal_files() -> None:
    assert zipped("ü") == zipped("ü")
    assert gzip.decompress(zipped("ü")).decode() == "ü"
