"""Tables of roads."""

from pathlib import Path

import pytest

from networks.compile import compile_ways
from networks.errors import NetworkFileError
from networks.readers import read_ways
from networks.ways import Ways

ENDS = "from_lon,from_lat,to_lon,to_lat"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tmp_path / "roads.csv"


def read(path: Path, *lines: str) -> Ways:
    path.write_text("\n".join(lines), encoding="utf-8")
    return read_ways(path)


def test_four_columns_make_ordinary_streets(table: Path) -> None:
    ways = read(table, ENDS, "7.0,43.0,7.001,43.0", "7.001,43.0,7.001,43.001")
    network, _ = compile_ways(ways)
    assert len(network.longitude) == 3
    assert ways.kmh.tolist() == [[[30, 16, 5], [30, 16, 5]]] * 2


def test_speeds_are_in_kmh_and_an_empty_one_is_closed(table: Path) -> None:
    ways = read(table, f"{ENDS},car,bike,foot", "7,43,7.1,43,50,,4.5")
    assert ways.kmh[0, 0].tolist() == [50, 0, 4.5]


def test_a_stated_length_is_used(table: Path) -> None:
    ways = read(table, f"{ENDS},metres", "7,43,7.1,43,9000", "7,43,7.1,43,")
    network, _ = compile_ways(ways)
    assert sorted(network.metres.round().tolist())[:2] == [8132, 8132]
    assert sorted(network.metres.tolist())[2:] == [9000, 9000]


@pytest.mark.parametrize("text", ["yes", "TRUE", "1"])
def test_walkers_may_go_against_a_one_way_street(table: Path, text: str) -> None:
    ways = read(table, f"{ENDS},oneway", f"7,43,7.1,43,{text}")
    assert ways.kmh[0].tolist() == [[30, 16, 5], [0, 0, 5]]


def test_a_byte_order_mark_does_not_matter(table: Path) -> None:
    table.write_text(f"{ENDS}\n7,43,7.1,43\n", encoding="utf-8-sig")
    assert len(read_ways(table).metres) == 1


def test_ends_that_differ_only_in_their_last_digits_meet(table: Path) -> None:
    ways = read(table, ENDS, "7.0,43.0,7.001,43.000000001", "7.001000001,43.0,7.001,43.001")
    network, _ = compile_ways(ways)
    assert len(network.longitude) == 3
    assert ways.notes == ("Ends of roads joined to others within a decimetre: 1.",)


def test_roads_closed_to_all_are_counted(table: Path) -> None:
    ways = read(table, f"{ENDS},car,bike,foot", "7,43,7.1,43,,,", "7,43,7.1,43,0,0,5")
    assert (len(ways.metres), ways.notes) == (1, ("Roads left out because they are closed to all: 1.",))


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (("lon,lat", "7,43"), "not a table of roads: it has no column from_lon, from_lat, to_lon, to_lat"),
        ((ENDS, "7,43,x,43"), r"line 2: to_lon is not a number: 'x'"),
        ((ENDS, "7,43"), "line 2: to_lon is not a number: ''"),
        ((ENDS, "7,43,7.1,43", "7,91,7.1,43"), r"line 3: \(7, 91\) is not a longitude and latitude"),
        ((f"{ENDS},car", "7,43,7.1,43,-5"), "line 2: car cannot be -5"),
        ((f"{ENDS},metres", "7,43,7.1,43,nan"), "line 2: metres cannot be nan"),
        ((f"{ENDS},oneway", "7,43,7.1,43,perhaps"), "line 2: oneway must be yes or no, not 'perhaps'"),
        ((ENDS,), "has no roads"),
        (
            (f"{ENDS},car,bike,foot", "7,43,7.1,43,,,"),
            r"has no roads\. Roads left out because they are closed to all: 1",
        ),
        (
            (f"{ENDS},car", "7,43,7.1,43,1e-9"),
            "line 2: car cannot be 1e-9: a speed is 0.1 to 1,000 km/h, or 0",
        ),
        ((f"{ENDS},foot", "7,43,7.1,43,1e300"), "line 2: foot cannot be 1e300: a speed is"),
        ((f"{ENDS},metres", "7,43,7.1,43,1e12"), "line 2: metres cannot be 1e12"),
        ((f"{ENDS},to_lat", "7,43,7.1,43,44"), "not a table of roads: it has the column to_lat twice"),
        (
            (f"{ENDS},name", '7,43,7.1,43,"a', "7,43,7.1,43,b"),
            "not a table of roads: after line .: unexpected end",
        ),
        (
            (f"{ENDS},name", f"7,43,7.1,43,{'a' * 200_000}"),
            "not a table of roads: after line .: field larger",
        ),
    ],
)
def test_a_bad_table_is_reported_with_its_line(table: Path, lines: tuple[str, ...], message: str) -> None:
    with pytest.raises(NetworkFileError, match=message):
        read(table, *lines)
