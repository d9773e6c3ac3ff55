"""What the reader makes of OpenStreetMap's own files."""

import bz2
import gzip

import numpy as np

from local.network.build import compile_ways
from local.network.files import read_ways
from tests.local.network.conftest import OsmFile

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


def test_a_way_that_leaves_the_extract_is_kept_as_far_as_it_is_in_it(osm_file: OsmFile) -> None:
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
    osm_file.way([1, 2, 3], STREET)
    assert read_ways(osm_file.write()).stops_cars.tolist() == [False, False, True]
