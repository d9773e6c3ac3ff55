"""Errors of invalid files: one line each."""

import contextlib
import gzip
import random
import re
from pathlib import Path

import osmium
import pytest

from networks.compile import compile_ways
from networks.errors import NetworkFileError
from networks.readers import read_ways

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
NODES = '<node id="1" lat="43" lon="7"/><node id="2" lat="43" lon="7.1"/>'
OSM = f'{HEAD}<osm version="0.6">{NODES}</osm>'.encode()

WAY = b'<way id="1000"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/></way>'
TOWN = OSM.replace(b"</osm>", WAY + b"</osm>")
KEYS = "".join(
    f'<key id="{name}" for="{what}" attr.name="{name}" attr.type="{kind}"/>'
    for name, what, kind in (("x", "node", "double"), ("y", "node", "double"), ("highway", "edge", "string"))
)
GRAPHML = f"""<graphml xmlns="http://graphml.graphdrawing.org/xmlns">{KEYS}<graph edgedefault="directed">
<node id="1"><data key="x">7</data><data key="y">43</data></node>
<node id="2"><data key="x">7.1</data><data key="y">43</data></node>
<edge source="1" target="2"><data key="highway">service</data></edge>
<edge source="2" target="1"><data key="highway">['service', 'steps']</data></edge>
</graph></graphml>""".encode()
TABLE = b"""from_lon,from_lat,to_lon,to_lat,car,metres,oneway
7,43,7.1,43,50,,no
7.1,43,7.1,43.1,0,9,
"""


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("roads.osm", b"hello", "not a complete OpenStreetMap file"),
        ("roads.osm", b"<html></html>", "not a complete OpenStreetMap file: Unknown top-level element: html"),
        ("roads.osm", OSM[:-10], "not a complete OpenStreetMap file"),
        ("roads.osm", OSM.replace(b'id="1"', b'id="1" user="\xe9"'), "not a complete OpenStreetMap file"),
        ("roads.osm", OSM.decode().encode("utf-16"), "not a complete OpenStreetMap file: .*encoding"),
        ("roads.osm", OSM, "has no roads"),
        ("roads.osm", b"", "is empty"),
        ("roads.osm", OSM.replace(b'id="1"', b'id="x"'), "not a complete OpenStreetMap file: illegal id"),
        (
            "roads.osm",
            OSM.replace(b'lat="43"', b'lat="x"'),
            "not a complete OpenStreetMap file: wrong format",
        ),
        ("roads.osm", OSM.replace(b"osm", b"osmChange"), "is a history or a file of changes, not a map"),
        ("roads.osm", OSM, "No way in the file is open to car, bike or foot"),
        ("roads.osm", TOWN.replace(b"1000", b"x"), "not a complete OpenStreetMap file: illegal id"),
        ("roads.osm", TOWN.replace(b"node", b"relation"), "Road nodes that are missing from the file: 2"),
        ("roads.osm.gz", b"hello", "not a complete OpenStreetMap file"),
        ("roads.osm.gz", gzip.compress(OSM * 500, mtime=0)[:-20], "not a complete OpenStreetMap file"),
        ("roads.osm.bz2", b"hello", "not a complete OpenStreetMap file"),
        ("roads.osm.pbf", b"hello", "not a complete OpenStreetMap file: PBF error"),
        ("roads.csv", b"from_lon,from_lat,to_lon,to_lat\n7,43,7.1,43,\xe9\n", "is not UTF-8"),
        ("roads.csv", b"\xff\xfef\x00r\x00", "is not UTF-8"),
        ("roads.csv", b'a,"b\r', "not a table of roads"),
        ("roads.graphml", b"\xff\x00", "not a complete XML file"),
        ("roads.graphml", b"<?xml version='1.0' encoding='klingon'?><a/>", "not a GraphML file: unknown enc"),
        ("roads.graphml", GRAPHML.replace(b"double", b"complex"), "'complex' is not declared"),
        ("roads.graphml", GRAPHML.replace(b' source="1"', b""), r"'x' is missing \(node None"),
        ("roads.graphml", GRAPHML.replace(b"</graph>", b"<hyperedge/></graph>"), "not a GraphML file"),
        ("roads.shp", b"x", r"none of the extensions \.osm\.pbf, \.osm,"),
    ],
)
def test_a_bad_file_is_reported_in_one_line(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(NetworkFileError, match=message) as caught:
        read_ways(path)
    assert str(caught.value).startswith(name)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_reported_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(NetworkFileError, match=r"nowhere\.osm cannot be read: no such file"):
        read_ways(tmp_path / "nowhere.osm")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(NetworkFileError, match="cannot be read: is a directory"):
        read_ways(tmp_path / "folder.csv")


def test_endings_may_be_in_capitals(tmp_path: Path) -> None:
    path = tmp_path / "ROADS.CSV"
    path.write_text("from_lon,from_lat,to_lon,to_lat\n7,43,7.1,43\n")
    assert len(read_ways(path).metres) == 1


def test_openstreetmaps_endings_may_be_in_capitals_too(tmp_path: Path) -> None:
    for name, content in (("ROADS.OSM", TOWN), ("Roads.Osm.GZ", gzip.compress(TOWN))):
        path = tmp_path / name
        path.write_bytes(content)
        assert len(read_ways(path).metres) == 1


ODD = ["", "nan", "-1", "1e400", "9" * 20, "[x]", "\0", "delete", "é", "<", '"', "LINESTRING (1 2)", "true"]


@pytest.fixture
def sound(tmp_path: Path) -> dict[str, bytes]:
    """Valid files, by name."""
    plain, packed = tmp_path / "plain.osm", tmp_path / "packed.osm.pbf"
    plain.write_bytes(TOWN)
    with osmium.SimpleWriter(str(packed)) as writer:
        for found in osmium.FileProcessor(str(plain)):
            writer.add(found)
    return {".osm": TOWN, ".graphml": GRAPHML, ".csv": TABLE, ".osm.pbf": packed.read_bytes()}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("ending", [".osm", ".graphml", ".csv", ".osm.pbf"])
def test_any_file_is_read_or_refused(tmp_path: Path, sound: dict[str, bytes], ending: str, seed: int) -> None:
    choose = random.Random(seed)
    path = tmp_path / f"odd{ending}"
    path.write_bytes(sound[ending])
    compile_ways(read_ways(path))
    for _ in range(150):
        path.write_bytes(spoilt(sound[ending], choose))
        with contextlib.suppress(NetworkFileError):
            compile_ways(read_ways(path))


def spoilt(content: bytes, choose: random.Random) -> bytes:
    """A file with some of its values or bytes changed."""
    values = list(re.finditer(rb'(?<=")[^"<>]+(?=")|(?<=>)[^<>]+(?=<)|(?<=,)[^,\n]+', content))
    if values and choose.random() < 0.8:
        value = choose.choice(values)
        return content[: value.start()] + choose.choice(ODD).encode() + content[value.end() :]
    place = choose.randrange(len(content))
    return content[:place] + choose.randbytes(choose.randrange(4)) + content[place + choose.randrange(9) :]
