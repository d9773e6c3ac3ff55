"""Files that are not what they should be: one line each."""

import gzip
from pathlib import Path

import pytest

from local.network.errors import NetworkFileError
from local.network.files import read_ways

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
NODES = '<node id="1" lat="43" lon="7"/><node id="2" lat="43" lon="7.1"/>'
OSM = f'{HEAD}<osm version="0.6">{NODES}</osm>'.encode()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("roads.osm", b"hello", "no whole OpenStreetMap file"),
        ("roads.osm", b"<html></html>", "no whole OpenStreetMap file: Unknown top-level element: html"),
        ("roads.osm", OSM[:-10], "no whole OpenStreetMap file"),
        ("roads.osm", OSM.replace(b'id="1"', b'id="1" user="\xe9"'), "no whole OpenStreetMap file"),
        ("roads.osm", OSM.decode().encode("utf-16"), "no whole OpenStreetMap file: .*encoding"),
        ("roads.osm", OSM, "has no roads"),
        ("roads.osm", b"", "is empty"),
        ("roads.osm.gz", b"hello", "no whole OpenStreetMap file"),
        ("roads.osm.gz", gzip.compress(OSM * 500, mtime=0)[:-20], "no whole OpenStreetMap file"),
        ("roads.osm.bz2", b"hello", "no whole OpenStreetMap file"),
        ("roads.osm.pbf", b"hello", "no whole OpenStreetMap file: PBF error"),
        ("roads.csv", b"from_lon,from_lat,to_lon,to_lat\n7,43,7.1,43,\xe9\n", "is not UTF-8"),
        ("roads.csv", b"\xff\xfef\x00r\x00", "is not UTF-8"),
        ("roads.csv", b'a,"b\r', "no table of roads"),
        ("roads.graphml", b"\xff\x00", "no whole XML file"),
        ("roads.shp", b"x", r"none of the endings \.osm\.pbf, \.osm,"),
    ],
)
def test_a_bad_file_is_one_line(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(NetworkFileError, match=message) as caught:
        read_ways(path)
    assert str(caught.value).startswith(name)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(NetworkFileError, match=r"nowhere\.osm cannot be read: no such file"):
        read_ways(tmp_path / "nowhere.osm")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(NetworkFileError, match="cannot be read: is a directory"):
        read_ways(tmp_path / "folder.csv")


def test_endings_may_be_in_capitals(tmp_path: Path) -> None:
    path = tmp_path / "ROADS.CSV"
    path.write_text("from_lon,from_lat,to_lon,to_lat\n7,43,7.1,43\n")
    assert len(read_ways(path).metres) == 1
