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
        objects = compile_each(compiler, units(sources), flags(sources), Path(folder))
        if objects is None:
            return False
        whole = Path(folder) / library.name
        export = ["-s", f"-Wl,--version-script={sources / 'exports.map'}"] if for_linux else []
        link = ["-shared", "-pthread", *compiler.linking, *export, *map(str, objects), "-o", str(whole)]
        if not _succeeds(compiler, link):
            return False
        whole.replace(library)
    return True


def units(sources: Path) -> list[Path]:
    """The files that are compiled each by itself."""
    return sorted([*sources.glob("*.cpp"), *sources.glob("*/*.cpp")])


def flags(sources: Path) -> list[str]:
    """What they are compiled with."""
    return (sources / "compile_flags.txt").read_text().split()


def compile_each(
    compiler: Compiler, files: list[Path], with_flags: list[str], folder: Path
) -> list[Path] | None:
    """Compiles files, two at a time. Returns the object of each; None if one is refused."""
    objects = [folder / f"{number}.o" for number in range(len(files))]

    def compiles(file: Path, made: Path) -> bool:
        return _succeeds(compiler, [*with_flags, "-c", str(file), "-o", str(made)])

    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        done = list(pool.map(compiles, files, objects))
    return objects if all(done) else None


def _succeeds(compiler: Compiler, arguments: list[str]) -> bool:
    done = compiler.run(arguments)
    if done.returncode != 0:
        print(done.stderr or done.stdout, flush=True)
    return done.returncode == 0
