"""Compiles the C++ sources into one library."""

import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tools.native.compilers import Compiler

_AT_A_TIME = 2


def build(compiler: Compiler, sources: Path, library: Path, for_linux: bool) -> bool:
    """Makes the library, which is there only once it is complete.

    Args:
        compiler: What compiles.
        sources: The folder of the sources, `compile_flags.txt` and `exports.map`.
        library: The file to make.
        for_linux: Whether it is for Linux, whose linker can hide all but the interface.

    Returns:
        Whether it was made. If not, the compiler's errors are printed.
    """
    library.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=library.parent) as folder:
        objects = _compile(compiler, sources, Path(folder))
        if objects is None:
            return False
        whole = Path(folder) / library.name
        export = ["-s", f"-Wl,--version-script={sources / 'exports.map'}"] if for_linux else []
        link = ["-shared", "-pthread", *compiler.linking, *export, *map(str, objects), "-o", str(whole)]
        if not _succeeds(compiler, link):
            return False
        whole.replace(library)
    return True


def _compile(compiler: Compiler, sources: Path, folder: Path) -> list[Path] | None:
    """The object of each source; None if one does not compile."""
    units = sorted([*sources.glob("*.cpp"), *sources.glob("*/*.cpp")])
    objects = [folder / f"{number}.o" for number in range(len(units))]
    flags = (sources / "compile_flags.txt").read_text().split()

    def compiles(unit: Path, made: Path) -> bool:
        return _succeeds(compiler, [*flags, "-c", str(unit), "-o", str(made)])

    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        done = list(pool.map(compiles, units, objects))
    return objects if all(done) else None


def _succeeds(compiler: Compiler, arguments: list[str]) -> bool:
    done = compiler.run(arguments)
    if done.returncode != 0:
        print(done.stderr or done.stdout, flush=True)
    return done.returncode == 0
