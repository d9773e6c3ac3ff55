"""What the reader reads from OpenStreetMap's own files."""

import bz2
import gzip
from collections.abc import Callable

import numpy as np
import pytest

from networks.compile import compile_ways
from networks.readers import osm_deleted, read_ways
from tests.networks.conftest import OsmFile

STREET = {"highway": "residential"}


def line_of_nodes(osm_file: OsmFile, count: int) -> None:
    for number in range(1, count + 1):
        osm_file.node(number, 7.0 + 0.001 * number, 43.0)


def test_roads_are_read_and_other_ways_are_not(osm_file: OsmFile) -> None:
    line_of_nodes(osm_file, 4)
    osm_file.way([1, 2, 3], STREET)
    osm_file.way([3, 4], {"building": "yes"})
    osm_file.way([3, 4], {"highway": "proposed"})
    ways = read_ways(osm_file.write())
    assert len(ways.metres) == 1
    assert ways.longitude[ways.points].tolist() == [7.001, 7.002, 7.003]


def test_zipped_files_are_the_same_roads(osm_file: OsmFile) -> None:
    line_of_nodes(osm_file, 3)
    osm_file.way([1, 2, 3], STREET)
    plain = osm_file.write()
    for ending, compress in ((".gz", gzip.compress), (".bz2", bz2.compress)):
        zipped = plain.with_name(plain.name + ending)
        zipped.write_bytes(compress(plain.read_bytes()))
        assert read_ways(zipped).longitude.tolist() == read_ways(plain).longitude.tolist()


def test_a_way_that_leaves_the_extract_is_kept_up_to_its_edge(osm_file: OsmFile) -> None:
    line_of_nodes(osm_file, 5)
    osm_file.way([1, 2, 99, 4, 5, 98], STREET)
    ways = read_ways(osm_file.write())
    assert np.diff(ways.first).tolist() == [2, 2]


def test_a_node_named_twice_in_a_row_counts_once(osm_file: OsmFile) -> None:
    line_of_nodes(osm_file, 3)
    osm_file.way([1, 2, 2, 3], STREET)
    network, _ = compile_ways(read_ways(osm_file.write()))
    assert len(network.longitude) == 2


def test_barriers_are_read(osm_file: OsmFile) -> None:
    line_of_nodes(osm_file, 2)
    osm_file.node(3, 7.003, 43.0, {"barrier": "bollard"})
    osm_file.node(4, 7.004, 43.0, {"barrier": "stile"})
    osm_file.node(5, 7.005, 43.0, {"barrier": "wall"})
    osm_file.way([1, 2, 4], STREET)
    osm_file.way([4, 3], STREET)
    assert read_ways(osm_file.write()).stops.tolist() == [
        [False, False, True, True],
        [False, False, False, True],
        [False, False, False, False],
    ]


def test_a_bus_trap_separates_two_villages_only_for_cars(osm_file: OsmFile) -> None:
    line_of_nodes(osm_file, 6)
    osm_file.node(7, 7.0035, 43.0, {"barrier": "bus_trap"})
    osm_file.way([1, 2], STREET)
    osm_file.way([2, 3], STREET)
    osm_file.way([3, 7, 4], STREET)
    osm_file.way([4, 5, 6], STREET)
    network, dropped = compile_ways(read_ways(osm_file.write()))
    open_roads = {profile: int(np.isfinite(it).sum()) for profile, it in network.seconds.items()}
    assert open_roads == {"car": 4, "bike": 8, "foot": 8}
    assert dropped.shares["car"].island_roads == 2


def test_an_editors_new_street_among_others_is_read(osm_file: OsmFile) -> None:
    line_of_nodes(osm_file, 3)
    osm_file.node(-1, 7.0025, 43.001)
    osm_file.way([1, 2, 3], STREET)
    osm_file.way([2, -1, 3], STREET, number=-7)
    ways = read_ways(osm_file.write())
    assert np.diff(ways.first).tolist() == [3, 3]
    assert ways.longitude[ways.points[3:]].tolist() == [7.002, 7.0025, 7.003]
    assert ways.points[3] == ways.points[1]


def test_a_file_with_only_negative_ids_is_read(osm_file: OsmFile) -> None:
    for number in (-1, -2, -3):
        osm_file.node(number, 7.0 - 0.001 * number, 43.0, {"barrier": "block"} if number == -2 else {})
    osm_file.way([-1, -2, -3], STREET, number=-1)
    ways = read_ways(osm_file.write())
    assert ways.longitude[ways.points].tolist() == [7.001, 7.002, 7.003]
    assert ways.stops[0, ways.points].tolist() == [False, True, False]


@pytest.mark.parametrize("sign", [1, -1])
def test_ways_may_come_before_their_nodes(osm_file: OsmFile, sign: int) -> None:
    for number in (3, 1, 2):  # in any order
        osm_file.node(sign * number, 7.0 + 0.001 * number, 43.0)
    osm_file.way([sign, sign * 2, sign * 3], STREET)
    ways = read_ways(osm_file.write(ways_first=True))
    assert ways.longitude[ways.points].tolist() == [7.001, 7.002, 7.003]


MARKS = [{"action": "delete"}, {"visible": "false"}, {"action": "delete", "visible": "true"}]


@pytest.mark.parametrize("mark", MARKS)
def test_a_way_that_is_marked_as_deleted_is_no_road(osm_file: OsmFile, mark: dict[str, str]) -> None:
    line_of_nodes(osm_file, 3)
    osm_file.way([1, 2], STREET)
    osm_file.way([2, 3], STREET, None, **mark)
    ways = read_ways(osm_file.write())
    assert len(ways.metres) == 1
    assert ways.notes == ("Nodes and ways left out because they are marked as deleted: 1.",)


@pytest.mark.parametrize("mark", MARKS)
def test_a_node_that_is_marked_as_deleted_is_ignored(osm_file: OsmFile, mark: dict[str, str]) -> None:
    line_of_nodes(osm_file, 4)
    osm_file.node(5, 7.005, 43.0, None, **mark)
    osm_file.way([1, 2, 5, 3, 4], STREET)
    assert np.diff(read_ways(osm_file.write()).first).tolist() == [2, 2]


def test_a_deleted_relation_and_words_that_look_like_marks_delete_nothing(osm_file: OsmFile) -> None:
    line_of_nodes(osm_file, 2)
    osm_file.way([1, 2], {**STREET, "name": "action='delete' visible='false'"}, action="modify")
    path = osm_file.write()
    path.write_text(path.read_text().replace("</osm>", '<relation id="1" action="delete"/></osm>'))
    ways = read_ways(path)
    assert (len(ways.metres), ways.notes) == (1, ())


@pytest.mark.parametrize(("ending", "compress"), [(".gz", gzip.compress), (".bz2", bz2.compress)])
def test_marks_count_in_zipped_files_too(
    osm_file: OsmFile, ending: str, compress: Callable[[bytes], bytes]
) -> None:
    line_of_nodes(osm_file, 3)
    osm_file.way([1, 2], STREET)
    osm_file.way([2, 3], STREET, action="delete")
    plain = osm_file.write()
    zipped = plain.with_name(plain.name + ending)
    zipped.write_bytes(compress(plain.read_bytes()))
    assert len(read_ways(zipped).metres) == 1


def test_a_mark_across_two_blocks_of_the_file_is_found(osm_file: OsmFile) -> None:
    line_of_nodes(osm_file, 3)
    osm_file.way([1, 2], STREET)
    osm_file.way([2, 3], STREET, action="delete")
    text = osm_file.write().read_text()
    at = text.index("delete")
    for shift in range(7):
        padding = "<!--" + " " * (osm_deleted.BLOCK - at - 7 - shift) + "-->"
        osm_file.path.write_text(text.replace('<osm version="0.6">', f'<osm version="0.6">{padding}'))
        assert len(read_ways(osm_file.path).metres) == 1


def test_what_roads_lose_at_the_edge_of_an_extract_is_reported(osm_file: OsmFile) -> None:
    line_of_nodes(osm_file, 3)
    osm_file.way([1, 2, 98], STREET)
    osm_file.way([3, 99], STREET)
    assert read_ways(osm_file.write()).notes == (
        "Road nodes that are missing from the file: 2. Roads end there.",
        "Roads left out because too many of their nodes are missing: 1.",
    )
