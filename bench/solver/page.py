"""Formats results as Markdown, and writes them into a page of documentation."""

from collections.abc import Iterable
from pathlib import Path

from bench.solver.groups import GROUPS, group
from bench.solver.picture import draw
from bench.solver.records import Record
from bench.solver.registry import SOLVERS
from bench.solver.table import Table, references, verdicts

START, END = "<!-- results -->", "<!-- end of results -->"


def markdown(records: list[Record]) -> str:
    """All tables of these results, a summary of each, and what ran on which machine."""
    parts = [_told(records)]
    groups = sorted({group(record.instance) for record in records}, key=GROUPS.index)
    for name in groups:
        some = [record for record in records if group(record.instance) == name]
        parts += [f"### {name}"] if len(groups) > 1 else []
        for limit in sorted({record.limit for record in some}):
            table = Table(some, limit)
            parts.append(table.markdown())
            parts.append("\n".join(f"- {sentence}" for sentence in verdicts(table)))
    if not all(reference.published for reference in references(records).values()):
        parts.append("\\* No best known solution: gaps are to the best of all these searches.")
    return "\n\n".join(part for part in parts if part)


def _told(records: list[Record]) -> str:
    """The commands, the machine and the versions."""
    versions = {solver: {r.version for r in records if r.solver == solver} - {"?"} for solver in SOLVERS}
    libraries = {
        (SOLVERS[solver].label.partition(",")[0], found)
        for solver, all_ in versions.items()
        for found in all_
    }
    commands = "\n".join(_commands(records))
    cores = _words(record.cores for record in records)
    machines = "; ".join(sorted({record.machine for record in records}))
    return (
        f"```sh\n{commands}\n```\n\n{machines}; {cores} core{'' if cores == '1' else 's'}. "
        f"{', '.join(f'{name} {found}' for name, found in sorted(libraries))}."
    )


def _commands(records: list[Record]) -> list[str]:
    """The commands that were run, one for all limits with the same solvers and seeds."""
    limits: dict[str, list[float]] = {}
    for limit in sorted({record.limit for record in records}):
        some = [record for record in records if record.limit == limit]
        solvers = [solver for solver in SOLVERS if any(record.solver == solver for record in some)]
        rest = f'SEEDS="{_words(it.seed for it in some)}" CORES="{_words(it.cores for it in some)}"'
        if len(solvers) < len(SOLVERS):
            rest += f' SOLVERS="{" ".join(solvers)}"'
        limits.setdefault(rest, []).append(limit)
    return [f'make bench LIMITS="{_words(some)}" {rest}' for rest, some in limits.items()]


def _words(numbers: Iterable[float]) -> str:
    """The distinct numbers, in ascending order."""
    return " ".join(f"{number:g}" for number in sorted(set(numbers)))


def fill(page: Path, records: list[Record]) -> None:
    """Writes results between the marks in a page, and their picture beside the page.

    Raises:
        ValueError: The page has no such marks.
    """
    before, start, rest = page.read_text(encoding="utf-8").partition(START)
    _, end, after = rest.partition(END)
    if not (start and end):
        raise ValueError(f"{page} has no place for results between {START} and {END}")
    picture = page.with_suffix(".svg")
    draw(records, picture)
    image = f"![Mean gap over time]({picture.name})"
    page.write_text(
        f"{before}{START}\n{markdown(records)}\n\n{image}\n{END}{after}", encoding="utf-8", newline="\n"
    )
