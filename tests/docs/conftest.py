"""Parses docs/deploy.md for its tests."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from tests.stacks import Resources, all_resources

ROOT = Path(__file__).parents[2]

Rows = list[list[str]]


@pytest.fixture(scope="session")
def page() -> str:
    return (ROOT / "docs/deploy.md").read_text()


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    """template.yaml, with short forms such as !Ref expanded."""
    parsed: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text())
    return parsed


@pytest.fixture(scope="session")
def parts(template: dict[str, Any]) -> Resources:
    """The resources of the stack and of its nested stacks, by logical id."""
    return all_resources(template)


@pytest.fixture(scope="session")
def table(page: str) -> Callable[[str], Rows]:
    """The rows of the one table whose header begins with these words. Cells are stripped."""

    def rows(header: str) -> Rows:
        (found,) = re.findall(rf"^\| {re.escape(header)}.*\n\|[-:|]+\n((?:\|.*\n)+)", page, re.MULTILINE)
        return [[cell.strip() for cell in line.strip("|").split("|")] for line in found.splitlines()]

    return rows
