"""No regular expression takes much more time than in proportion to its text."""

import ast
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import status_handler

from tests.nonempty import nonempty

ROOT = Path(__file__).parents[2]
SOURCES = ("layers/core", "layers/solver", "layers/authorizer", "functions", "local", "canary")
METHODS = frozenset(("compile", "match", "search", "fullmatch", "findall", "finditer", "sub", "split"))
SMALL, FACTOR = 2_000, 8
"""The characters of the smaller text, and how many times longer the larger one is. No header holds 16,000."""
STEEPEST = FACTOR * 3
"""Linear growth gives FACTOR, quadratic growth FACTOR squared."""
NOTHING = 0.01
"""Below this many seconds of work, growth is noise and nobody notices the wait."""


class Used(NamedTuple):
    """A pattern, where it is, and how it is used; `compile` if that is not known."""

    place: str
    pattern: re.Pattern[str]
    method: str = "compile"


def written() -> Iterator[Used]:
    """Every pattern that is a literal in the code."""
    for folder in SOURCES:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                match node:
                    case ast.Call(
                        func=ast.Attribute(value=ast.Name(id="re"), attr=str(method)),
                        args=[ast.Constant(value=str(text)), *others],
                    ) if method in METHODS:
                        flags = [
                            it.attr for it in others if isinstance(it, ast.Attribute) and it.attr.isupper()
                        ]
                        pattern = re.compile(text, sum(getattr(re, flag) for flag in flags))
                        yield Used(f"{path.relative_to(ROOT)}:{node.lineno}", pattern, method)


def routes() -> Iterator[Used]:
    """The patterns that paths are matched with."""
    for route in status_handler.app._dynamic_routes + status_handler.app._static_routes:
        yield Used(f"route {route.path}", route.rule, "match")


PATTERNS = [*written(), *routes()]


def attacks(pattern: str) -> Iterator[tuple[str, str, str]]:
    """Texts that nearly match, made of the pattern's own letters: a beginning, a repeated part and an end."""
    words = sorted({*re.findall(r"[A-Za-z]+", pattern), ""})
    letters = sorted({*re.findall(r"[^\w\\]", pattern), *" \t\n0aA,;=\"'$.:/(){}|\\", "é"})
    for begin in ["", *words[:8]]:
        for repeated in [*letters, *(f"{letter} " for letter in letters), "a,", "0=", *words[1:8]]:
            for end in ("", "!\x00"):
                yield begin, repeated, end


def seconds(used: Used, text: str) -> float:
    """The least processor time of three tries."""
    tries = []
    for _ in range(3):
        start = time.process_time()
        if used.method in ("match", "fullmatch"):
            getattr(used.pattern, used.method)(text)
        else:
            used.pattern.fullmatch(text)
            used.pattern.search(text)
        tries.append(time.process_time() - start)
        if tries[-1] < NOTHING:
            break
    return min(tries)


@pytest.mark.parametrize("used", PATTERNS, ids=lambda used: used.place)
def test_time_grows_no_faster_than_the_text(used: Used) -> None:
    for begin, repeated, end in nonempty(attacks(used.pattern.pattern)):
        larger = seconds(used, begin + repeated * (SMALL * FACTOR // len(repeated)) + end)
        if larger > NOTHING:
            smaller = seconds(used, begin + repeated * (SMALL // len(repeated)) + end)
            assert larger < STEEPEST * max(smaller, NOTHING / FACTOR), (begin, repeated, end)


def test_the_patterns_of_the_code_are_found() -> None:
    files = {used.place.split(":")[0] for used in PATTERNS}
    assert {"layers/core/milkrun/http/headers.py", "local/gateway.py", "route /optimize"} <= files


def test_a_pattern_that_tries_again_and_again_is_noticed() -> None:
    with pytest.raises(AssertionError):
        test_time_grows_no_faster_than_the_text(Used("here", re.compile(r",*;")))
