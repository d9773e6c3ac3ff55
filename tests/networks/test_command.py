"""The commands as a person sees them."""

import os
from pathlib import Path

import neo4j
import pytest

from local.ports import free_port
from networks.store import list_networks
from tests.networks.conftest import run

ENDS = "from_lon,from_lat,to_lon,to_lat"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "roads.csv"
    path.write_text(f"{ENDS}\n7,43,7.001,43\n7.001,43,7.001,43.001\n8,43,8.001,43\n")
    return path


@pytest.fixture
def at_neo4j(neo4j_uri: str, driver: neo4j.Driver, monkeypatch: pytest.MonkeyPatch) -> neo4j.Driver:
    monkeypatch.setenv("NEO4J_URI", neo4j_uri)
    return driver


def test_import_says_what_was_kept_and_what_was_dropped(
    at_neo4j: neo4j.Driver, table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("import", str(table), "--name", "crossing") == 0
    said = capsys.readouterr().out
    assert "roads.csv: 3 junctions, 4 roads for car, bike, foot." in said
    assert "Dropped as islands: 2 junctions, 0.1 km." in said
    assert f"Network 'crossing' is now version {list_networks(at_neo4j)[0]['version']}." in said


def test_list_shows_each_network(
    at_neo4j: neo4j.Driver, table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("list")
    assert capsys.readouterr().out == "There are no networks.\n"
    run("import", str(table), "--name", "crossing")
    capsys.readouterr()
    assert run("list") == 0
    said = capsys.readouterr().out
    assert said.startswith(f"crossing  version {list_networks(at_neo4j)[0]['version']}  20")
    assert "3 junctions, 4 roads for car, bike, foot, from 7.00000,43.00000 to 7.00100,43.00100" in said


def test_drop_deletes_and_says_so(
    at_neo4j: neo4j.Driver, table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("import", str(table), "--name", "crossing")
    assert run("drop", "crossing") == 0
    assert list_networks(at_neo4j) == []
    capsys.readouterr()
    assert run("drop", "crossing") == 1
    assert capsys.readouterr().out == "There is no road network named 'crossing'.\n"


@pytest.mark.parametrize("name", ["", "Monaco", "-a", "a b", "a" * 65, "é", "a\n"])
def test_a_bad_name_is_reported_in_one_line_with_status_1(
    name: str, table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("import", str(table), f"--name={name}") == 1
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert "is not a valid network name" in said


def test_a_bad_file_is_reported_in_one_line_with_status_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "roads.csv"
    path.write_text(f"{ENDS},car,bike,foot,oneway\n7,43,7.001,43,50,15,,yes\n")
    assert run("import", str(path), "--name", "trap") == 1
    said = capsys.readouterr().out
    assert said == "roads.csv: no two junctions in it are connected both ways\n"


def test_import_says_what_was_joined_and_warns_where_most_is_dropped(
    table: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NEO4J_URI", "")
    lines = [f"{20 + number},43,{20 + number}.001,43" for number in range(3)]
    table.write_text("\n".join([ENDS, "7,43,7.001,43", "7.001,43.000000001,7.001,43.001", *lines]))
    run("import", str(table), "--name", "shattered")
    said = capsys.readouterr().out
    assert "Ends of roads joined to others within a decimetre: 1.\n" in said
    assert "Warning: most roads were dropped for car (0.2 of 0.4 km), bike (0.2 of 0.4 km)" in said


def test_a_file_may_have_any_name(
    table: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NEO4J_URI", "")
    for name in ("[bold].csv", "a\nb.csv", os.fsdecode(b"\xff.csv"), os.fsdecode(b"\xff.txt")):
        path = table.with_name(name)
        path.write_text(table.read_text())
        assert run("import", str(path), "--name", "crossing") == 1
    said = capsys.readouterr().out
    assert "[bold].csv: 3 junctions" in said
    assert "a b.csv: 3 junctions" in said
    assert "?.csv: 3 junctions" in said


def test_an_unavailable_neo4j_is_reported_in_one_line_with_status_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    uri = f"bolt://127.0.0.1:{free_port()}"
    monkeypatch.setenv("NEO4J_URI", uri)
    assert run("list") == 1
    said = capsys.readouterr().out
    assert said.startswith(f"Neo4j at {uri}: Couldn't connect")
    assert said.count("\n") == 1


def test_an_empty_address_is_reported_in_one_line_with_status_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NEO4J_URI", "")
    assert run("list") == 1
    assert (
        capsys.readouterr().out == "NEO4J_URI is empty. Set it to the address of a Neo4j for the networks.\n"
    )
