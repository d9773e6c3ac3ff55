"""docs/architecture.md shows the imports of the current code, and what its folders contain."""

from pathlib import Path

import pytest

from tests.nonempty import nonempty
from tools.pictures.__main__ import PAGE, ROOT
from tools.pictures.architecture import pictures, redrawn, tables
from tools.pictures.imports import Graph, graph, modules, modules_by_folder, without_shortcuts


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with two folders, one above the other, and modules beside them."""
    files = {
        "__init__.py": "",
        "errors.py": "import os\n",
        "entry.py": "from shop.sales import till\n",
        "sales/__init__.py": "",
        "sales/till.py": "def ring():\n    from shop import errors\n    from ..stock.shelf import take\n",
        "stock/__init__.py": "",
        "stock/shelf.py": "import shop.errors\nfrom . import shelf\n",
    }
    for name, text in files.items():
        path = tmp_path / "shop" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_the_page_shows_the_current_imports() -> None:
    page = PAGE.read_text()
    assert page == redrawn(page, ROOT), "run `make pictures`"


def test_the_page_has_every_picture_and_table() -> None:
    page = PAGE.read_text()
    shown = [f"<!-- drawn: {name} -->\n```mermaid\n{drawn}```\n" for name, drawn in pictures(ROOT).items()]
    shown += [f"<!-- listed: {name} -->\n\n{table}\n" for name, table in tables(ROOT).items()]
    assert [it for it in nonempty(shown) if it not in page] == []


def test_every_folder_says_what_it_contains() -> None:
    assert [name for name, table in nonempty(tables(ROOT).items()) if "|  |" in table] == []


def test_imports_are_found_in_functions_and_relative_ones_too(package: Path) -> None:
    assert graph(modules_by_folder(package, "shop")) == {
        "shop": set(),
        "shop/entry": {"shop/sales"},
        "shop/sales": {"shop", "shop/stock"},
        "shop/stock": {"shop"},
    }


def test_a_package_that_is_drawn_as_one_imports_nothing(package: Path) -> None:
    assert graph(modules(package, "shop")) == {"shop": set()}


@pytest.mark.parametrize(
    ("imports", "drawn"),
    [
        ({"a": {"b", "c"}, "b": {"c"}, "c": set()}, {"a": {"b"}, "b": {"c"}, "c": set()}),
        ({"a": {"b"}, "b": {"a"}}, {"a": {"b"}, "b": {"a"}}),
        ({"a": {"b", "c"}, "b": {"c"}, "c": {"b"}}, {"a": {"b"}, "b": {"c"}, "c": {"b"}}),
    ],
    ids=["a shortcut goes", "a circle stays", "one arrow leads into a circle"],
)
def test_only_shortcuts_are_left_out(imports: Graph, drawn: Graph) -> None:
    assert without_shortcuts(imports) == drawn
