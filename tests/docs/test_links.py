"""Relative links in the Markdown files lead to existing files and headings."""

import re
from functools import cache
from pathlib import Path

import pytest

from local import ROOT
from tests.nonempty import nonempty

LINK = re.compile(r"\]\(([^()\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)


def pages() -> list[Path]:
    """The Markdown files in the repository that people read."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@cache
def prose(page: Path) -> str:
    """A page without its code blocks."""
    return FENCE.sub("", page.read_text())


@cache
def anchors(page: Path) -> set[str]:
    """What a link may name after `#`: headings as GitHub writes them, and HTML anchors."""
    headings = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    words = (re.sub(r"[^\w\- ]", "", LINK.sub("]", heading).lower()) for heading in headings)
    return {word.replace(" ", "-") for word in words} | set(re.findall(r'<a id="([\w-]+)">', prose(page)))


def broken(page: Path) -> list[str]:
    """The relative links of a page that lead nowhere."""
    found = []
    for link in LINK.findall(prose(page)):
        if re.match(r"\w+:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            found.append(link)
    return found


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_no_link_is_broken(page: Path) -> None:
    assert broken(page) == []


def test_the_site_has_every_page() -> None:
    nav = (ROOT / "zensical.toml").read_text()
    assert [page for page in nonempty(pages()) if f'"{page.relative_to(ROOT)}"' not in nav] == []


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A `title`\n[a](#a-title) [b](#b) [c](page.md) [d](none.md)\n```sh\n[e](none)\n```\n")
    assert broken(page) == ["#b", "none.md"]
