"""What `python -m tools.native` does."""

import argparse
import fcntl
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from local import ROOT
from milkrun_solver.engines.sisr.library import PLATFORM, SOURCES, built
from tools.native.building import build
from tools.native.compilers import Compiler, machine_compiler, zig

CANNOT = "The search cannot be compiled here: VROOM and PyVRP solve without it."


def main(arguments: Sequence[str]) -> int:
    """Compiles the search, unless these very sources are compiled already.

    Returns:
        The exit status. It is 1 if a compiler that works refuses the sources, or if a target's library cannot
        be made. It is 0 if there is no compiler at all.
    """
    parser = argparse.ArgumentParser(prog="python -m tools.native")
    parser.add_argument("--meanwhile", action="store_true", help="do not wait for what takes minutes")
    parser.add_argument("--target", help="compile for this target, as zig names it")
    parser.add_argument("--output", type=Path, help="the file of the target's library")
    asked = parser.parse_args(arguments)
    if asked.target:
        return _for_target(asked.target, asked.output)
    if asked.meanwhile:
        return _meanwhile(built(PLATFORM))
    return _for_this_machine(built(PLATFORM))


def _for_this_machine(library: Path) -> int:
    with locked(library, wait=True):
        if library.exists():
            return 0
        compiler = machine_compiler()
        if compiler is not None:
            return 0 if _make(compiler, library, sys.platform == "linux") else 1
        compiler = zig(None)
        if compiler is None or not _make(compiler, library, sys.platform == "linux"):
            _say(CANNOT)
        return 0


def _meanwhile(library: Path) -> int:
    """As above, but what takes minutes goes on in the background, and errors stop nobody."""
    if library.exists():
        return 0
    with locked(library, wait=False) as is_ours:
        if not is_ours:
            _say("The search is being compiled already. The stack uses it once it is there.")
            return 0
        compiler = machine_compiler()
        if compiler is not None:
            if not _make(compiler, library, sys.platform == "linux"):
                _say(CANNOT)
            return 0
    _start_in_background(library.parents[1] / "log")
    return 0


def _start_in_background(log: Path) -> None:
    _say(
        "Compiling the search with zig in the background, once; it takes a few minutes. The stack uses it "
        f"once it is there. The log: {log.relative_to(ROOT)}"
    )
    with log.open("w") as output:
        # A session of its own: the end of the stack does not end it.
        subprocess.Popen(
            ["nice", sys.executable, "-m", "tools.native"],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def _for_target(target: str, output: Path) -> int:
    library = built(target)
    with locked(library, wait=True):
        if not library.exists():
            compiler = zig(target)
            if compiler is None or not _make(compiler, library, for_linux=True):
                return 1
    shutil.copyfile(library, output)
    return 0


def _make(compiler: Compiler, library: Path, for_linux: bool) -> bool:
    takes = "a few minutes the first time" if compiler.name == "zig" else "some seconds"
    _say(f"Compiling the search with {compiler.name}, once; it takes {takes}")
    return build(compiler, SOURCES, library, for_linux)


@contextmanager
def locked(library: Path, wait: bool) -> Iterator[bool]:
    """Keeps other processes from making libraries at the same time. Yields whether it does: without `wait`,
    another may be at it already."""
    folder = library.parents[1]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
            return
        yield True


def _say(line: str) -> None:
    print(line, flush=True)
