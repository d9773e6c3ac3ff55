"""Every promise of docs/job-lifecycle.md names tests, and they exist."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.nonempty import nonempty

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs/job-lifecycle.md").read_text()
LONG = "pytest.mark.long"
NAMED = re.findall(r"`([\w/]+\.py)::(\w+)`", PAGE)


@cache
def names_of(file: str) -> dict[str, bool]:
    """The functions of a file below `tests/`, and whether each is quick. Empty if there is no such file."""
    path = TESTS / file
    source = path.read_text() if path.is_file() else ""
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    return {
        node.name: LONG not in map(ast.unparse, node.decorator_list) and f"pytestmark = {LONG}" not in source
        for node in functions
    }


def rows(header: str) -> list[str]:
    found: str
    (found,) = re.findall(rf"^\| {re.escape(header)}.*\n\|[-|]+\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    return found.splitlines()


@pytest.mark.parametrize("header", ["promise", "what | what a caller sees"])
def test_every_promise_names_a_test(header: str) -> None:
    assert [row for row in nonempty(rows(header)) if not re.search(r"`[\w/]+\.py::test_\w+`", row)] == []


@pytest.mark.parametrize("header", ["promise", "what | what a caller sees"])
def test_every_promise_has_a_quick_proof(header: str) -> None:
    """`make test` leaves out long tests."""
    for row in nonempty(rows(header)):
        tests = re.findall(r"`([\w/]+\.py)::(\w+)`", row)
        assert any(names_of(file)[test] for file, test in tests), row[:60]


def test_every_promise_about_floods_names_a_test() -> None:
    section = PAGE.partition("## Floods\n")[2].partition("\n## ")[0]
    promises = re.split(r"\n(?=\*\*)", section)[1:]
    assert len(promises) >= 4
    assert [promise[:40] for promise in promises if "::test_" not in promise] == []


@pytest.mark.parametrize(("file", "test"), sorted(set(NAMED)))
def test_a_named_test_exists(file: str, test: str) -> None:
    assert test.startswith("test_")
    assert test in names_of(file)
