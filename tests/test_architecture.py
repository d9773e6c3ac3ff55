"""How the code is organised: one-way imports, lean cold starts, no work at import."""

import ast
import os
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from tests.nonempty import nonempty

ROOT = Path(__file__).parents[1]
CORE = ROOT / "layers" / "core" / "milkrun"
SOLVER = ROOT / "layers" / "solver" / "milkrun_solver"
AUTHORIZER = ROOT / "layers" / "authorizer" / "milkrun_authorizer"
HANDLERS = ("submit", "status", "health", "worker", "sweeper", "authorizer")
LAYER_OF = {"worker": SOLVER.parent, "authorizer": AUTHORIZER.parent}
"""The layers that a function has besides the core layer."""

LAYERS: list[set[str]] = [
    {
        "milkrun",
        "milkrun.aws",
        "milkrun.dependencies",
        "milkrun.environment",
        "milkrun.settings",
        "milkrun.errors",
        "milkrun.ids",
        "milkrun.lines",
        "milkrun.observability",
        "milkrun.patience",
        "milkrun.health",
        "milkrun.snapshot",
        "milkrun.timestamps",
    },
    {"milkrun.schema"},
    {"milkrun.clients"},
    {"milkrun.jobs", "milkrun.networks"},
    {"milkrun.checks"},
    {"milkrun.runs"},
    {"milkrun.http"},
]
"""From the bottom up: a module imports only from its own row and the rows before it."""


MAY_IMPORT = {
    "layers/core": {"milkrun"},
    "layers/solver": {"milkrun", "milkrun_solver"},
    "layers/authorizer": {"milkrun", "milkrun_authorizer"},
    "functions": {"milkrun", "milkrun_solver", "milkrun_authorizer"},
    "canary": set[str](),
    "networks": {"milkrun_solver", "networks"},
    "local": {"milkrun", "milkrun_solver", "networks", "local"},
    "tools": {"milkrun", "milkrun_solver", "functions", "local", "tools"},
}
"""What each folder of the repository may import from the others. The product imports nothing of what
surrounds it."""
ENTRY = Path("networks/__main__.py")
"""The only module of its package that knows the local stack, because the stack's Neo4j is the importer's
default."""
PACKAGES = set[str]().union(*MAY_IMPORT.values()) | {"bench", "canary", "tests"}


def imports(path: Path) -> set[str]:
    """The modules that a file imports anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def our_packages(path: Path) -> set[str]:
    """The repository's own packages that a file imports."""
    return {name.split(".")[0] for name in imports(path)} & PACKAGES


def module_of(path: Path) -> str:
    parts = path.relative_to(CORE.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def package_of(module: str) -> str:
    return ".".join(module.split(".")[:2])


def row(module: str) -> int:
    return next(number for number, names in enumerate(LAYERS) if package_of(module) in names)


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_a_folder_imports_only_what_it_may(folder: str) -> None:
    paths = [path for path in (ROOT / folder).rglob("*.py") if path != ROOT / ENTRY]
    assert paths
    breaches = [(str(path.relative_to(ROOT)), our_packages(path) - MAY_IMPORT[folder]) for path in paths]
    assert [breach for breach in breaches if breach[1]] == []


def test_only_the_importer_s_entry_knows_the_local_stack() -> None:
    assert our_packages(ROOT / ENTRY) == {"local", "networks"}


@pytest.mark.parametrize("path", sorted(CORE.rglob("*.py")), ids=lambda path: str(path.relative_to(CORE)))
def test_the_core_imports_one_way(path: Path) -> None:
    rows = {name: row(name) for name in imports(path) if name.split(".")[0] == "milkrun"}
    assert max(rows.values(), default=0) <= row(module_of(path)), rows


def test_no_two_packages_of_the_core_import_each_other() -> None:
    graph: dict[str, set[str]] = {}
    for path in CORE.rglob("*.py"):
        package = package_of(module_of(path))
        used = {package_of(name) for name in imports(path) if name.startswith("milkrun.")}
        graph.setdefault(package, set()).update(used - {package})
    assert {*TopologicalSorter(graph).static_order()} >= {"milkrun.clients", "milkrun.jobs", "milkrun.runs"}


@pytest.mark.parametrize("path", sorted(CORE.rglob("*.py")), ids=lambda path: str(path.relative_to(CORE)))
def test_the_core_does_not_know_the_handlers(path: Path) -> None:
    tops = {name.split(".")[0] for name in imports(path)}
    assert not tops & {f"{name}_handler" for name in HANDLERS}


@pytest.mark.parametrize("path", sorted(SOLVER.rglob("*.py")), ids=lambda path: str(path.relative_to(SOLVER)))
def test_the_solver_knows_only_schema_and_errors(path: Path) -> None:
    mine = {name for name in imports(path) if name.split(".")[0] == "milkrun"}
    assert all(name.startswith(("milkrun.schema", "milkrun.errors")) for name in mine)
    assert not {name.split(".")[0] for name in imports(path)} & {
        "redis",
        "boto3",
        "botocore",
        "aws_lambda_powertools",
    }


ROOMS = (
    "solve",
    "search",
    "decomposition",
    "engines",
    "feasibility",
    "answer",
    "rules",
    "routes",
    "verification",
    "model",
    "roads",
    "errors",
    "places",
)
"""The solver's folders from the top down: a module imports only from its own folder and those below it."""


def room(module: str) -> str:
    return module.split(".")[1]


@pytest.mark.parametrize("path", sorted(SOLVER.rglob("*.py")), ids=lambda path: str(path.relative_to(SOLVER)))
def test_the_solver_s_folders_import_downwards(path: Path) -> None:
    here = path.relative_to(SOLVER).parts[0].removesuffix(".py")
    theirs = {room(name) for name in imports(path) if name.startswith("milkrun_solver.")}
    if here == "verification":  # the second opinion shares no code with what makes routes
        assert theirs <= {"verification", "model"}
    if here != "__init__":
        assert [there for there in theirs if ROOMS.index(there) < ROOMS.index(here)] == []


@pytest.mark.parametrize(
    "path",
    sorted(path for path in SOLVER.rglob("*.py") if path.name != "__init__.py"),
    ids=lambda path: str(path.relative_to(SOLVER)),
)
def test_every_module_of_the_solver_has_its_tests_at_the_same_place(path: Path) -> None:
    mirror = ROOT / "tests" / "solver" / path.relative_to(SOLVER).with_name(f"test_{path.name}")
    assert "def test_" in mirror.read_text(), f"{mirror.relative_to(ROOT)} has no tests"


_WATCH = """
import os, sys, threading
events = []
sys.addaudithook(lambda event, _: events.append(event))
"""


@pytest.mark.parametrize("path", sorted(AUTHORIZER.rglob("*.py")), ids=lambda path: path.name)
def test_the_authorizer_s_package_knows_only_errors_patience_and_settings(path: Path) -> None:
    mine = {name for name in imports(path) if name.split(".")[0] == "milkrun"}
    assert mine <= {"milkrun.errors", "milkrun.patience", "milkrun.settings"}


def after_import(handler: str, code: str) -> str:
    """What code prints after it imports a handler, in a process of its own with Lambda's environment."""
    folders = [ROOT / "functions" / handler, CORE.parent, LAYER_OF.get(handler, CORE.parent)]
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(map(str, folders)),
        "LAMBDA_TASK_ROOT": "/var/task",
        "POWERTOOLS_SERVICE_NAME": "milkrun",
    }
    done = subprocess.run(
        [sys.executable, "-c", f"{_WATCH}\nimport {handler}_handler\n{code}"],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@cache
def loaded(handler: str) -> set[str]:
    """Every module that is loaded by importing a handler."""
    return set(after_import(handler, "print(*sys.modules)").split())


UNWANTED = {
    "submit": {"neo4j", "numpy", "pyvrp", "vroom", "milkrun_solver"},
    "status": {"neo4j", "boto3", "pydantic", "numpy", "pyvrp", "vroom", "milkrun_solver"},
    "health": {"neo4j", "boto3", "pydantic", "numpy", "pyvrp", "vroom", "milkrun_solver"},
    "sweeper": {"neo4j", "pydantic", "numpy", "pyvrp", "vroom", "milkrun_solver"},
    "worker": {"matplotlib", "osmium", "networkx"},  # neo4j imports pandas if it is installed
    "authorizer": {"boto3", "redis", "neo4j", "pydantic", "polyline", "numpy", "pyvrp", "vroom"},
}


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_handler_imports_nothing_that_it_does_not_use(handler: str) -> None:
    tops = {name.split(".")[0] for name in loaded(handler)}
    assert tops & UNWANTED[handler] == set()


@pytest.mark.parametrize("handler", ["status", "health"])
def test_functions_that_sign_their_own_requests_do_not_load_botocore(handler: str) -> None:
    """Powertools imports the bare `botocore` package, which is almost empty, to register its name."""
    assert {name for name in nonempty(loaded(handler)) if name.startswith(("boto3", "botocore."))} == set()


@pytest.mark.parametrize("handler", HANDLERS)
def test_importing_a_handler_opens_no_connection_and_starts_no_thread(handler: str) -> None:
    code = [
        "print(*events)",
        "print(threading.active_count())",
        "print(*(os.readlink(file.path) for file in os.scandir('/proc/self/fd')))",
    ]
    seen, threads, files = after_import(handler, "\n".join(code)).splitlines()
    calls = {"socket.connect", "socket.getaddrinfo", "socket.sendto", "_thread.start_new_thread"}
    assert set(seen.split()) & calls == set()
    assert threads == "1"
    assert "socket:" not in files


def test_only_settings_and_changing_values_are_read_from_the_environment() -> None:
    """A role's credentials are renewed, and each request has its own trace."""
    roots = (CORE, AUTHORIZER, ROOT / "functions")
    readers = {path.name for root in roots for path in root.rglob("*.py") if "os.environ" in path.read_text()}
    assert readers == {"settings.py", "credentials.py", "lines.py", "observability.py"}


@pytest.mark.parametrize("path", sorted(CORE.rglob("*.py")), ids=lambda path: str(path.relative_to(CORE)))
def test_the_core_takes_random_numbers_only_from_the_system(path: Path) -> None:
    """The generator of `random` is seeded at import, so all processes of one snapshot would draw the same
    numbers."""
    assert "random" not in imports(path)


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_handler_stays_thin(handler: str) -> None:
    path = ROOT / "functions" / handler / f"{handler}_handler.py"
    assert len(path.read_text().splitlines()) <= 80
