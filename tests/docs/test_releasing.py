"""The version and the changelog follow docs/releasing.md."""

import re

from local import ROOT
from milkrun import __version__

HEADINGS = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
RELEASE = re.compile(r"(\d+\.\d+\.\d+) \(\d{4}-\d\d-\d\d\)")


def test_the_changelog_lists_releases_newest_first() -> None:
    releases = HEADINGS[1:] if HEADINGS[0] == "Unreleased" else HEADINGS
    matches = [RELEASE.fullmatch(heading) for heading in releases]
    assert None not in matches
    numbers = [[int(part) for part in match[1].split(".")] for match in matches if match is not None]
    assert numbers == sorted(numbers, reverse=True)


def test_the_newest_release_has_the_version_of_the_code() -> None:
    released = next(filter(None, map(RELEASE.fullmatch, HEADINGS)), None)
    assert released is None or released[1] == __version__


def test_the_version_is_stated_only_in_the_code() -> None:
    assert not re.search(r"^version\b", (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
