"""The order of test files, and which of them share a process if there are several (`-n`)."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

ON_NEO4J = (
    *("tests/local/test_readiness.py", "tests/local/test_stack_neo4j.py"),
    *("tests/networks/", "tests/core/networks/test_store.py"),
)
ON_A_STACK = ("tests/e2e/test_life_of_a_run.py", "tests/e2e/test_readme.py", "tests/e2e/test_answers.py")
TOGETHER = (ON_NEO4J, ON_A_STACK, ("tests/sam/",))
"""Files and folders whose tests share a server that starts slowly or a build that takes a minute. The first
test on Neo4j starts a new one."""
LONGEST = (
    *("tests/sam/", *ON_NEO4J, *ON_A_STACK),
    *("tests/e2e/", "tests/faults/", "tests/local/", "tests/solver/test_solve.py", "tests/core/clients/"),
    *("tests/core/jobs/", "tests/fuzz/", "tests/template/test_translation.py", "tests/test_architecture.py"),
)
"""The longest tests begin first, so that no process works alone at the end of a run."""


class Item(Protocol):
    """A collected test; its id begins with its file."""

    @property
    def nodeid(self) -> str: ...


T = TypeVar("T", bound=Item)


def scope(nodeid: str) -> str:
    """What a test shares its process with: its file or a whole group."""
    file = nodeid.partition("::")[0]
    return next((group[0] for group in TOGETHER if file.startswith(group)), file)


def in_order(items: Iterable[T]) -> list[T]:
    """The longest groups first; the tests of a file keep their order."""
    return sorted(items, key=lambda item: _rank(item.nodeid))


def _rank(nodeid: str) -> int:
    return next((rank for rank, place in enumerate(LONGEST) if nodeid.startswith(place)), len(LONGEST))
