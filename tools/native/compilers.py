"""The compilers that can make the search: the machine's own, or zig, which comes in a wheel."""

import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from local import ROOT

ZIG = ROOT / ".venv" / "zig"
_NAMES = ("c++", "g++", "clang++")
_GLIBC = "2.34"
"""The glibc of Lambda's Amazon Linux 2023. pyvroom's wheels need it everywhere."""
_OF_MAKE = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL"}
_STATIC = ("-static-libstdc++", "-static-libgcc")
_PROBE = """
#include <thread>
#include <vector>
int probe() {
  std::vector<int> made(1);
  std::thread([&made] { made[0] = 1; }).join();
  return made.at(0);
}
"""
"""What a compiler must be able to make: it needs the standard library's headers and threads."""


@dataclass(frozen=True)
class Compiler:
    """A C++ compiler.

    Attributes:
        name: As people call it.
        command: How it is started, with what all its calls need.
        linking: What linking a library needs besides.
        environment: Variables that it needs.
    """

    name: str
    command: tuple[str, ...]
    linking: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, arguments: list[str]) -> "subprocess.CompletedProcess[str]":
        """Calls it. Its output is text that was captured."""
        environment = {**os.environ, **self.environment}
        return subprocess.run(
            [*self.command, *arguments], env=environment, capture_output=True, text=True, check=False
        )


def machine_compiler() -> Compiler | None:
    """The machine's own: `CXX`, or else the first of the usual names that works."""
    commands = [shlex.split(os.environ.get("CXX", "")), *([name] for name in _NAMES)]
    for command in commands:
        if not command or shutil.which(command[0]) is None:
            continue
        # Some distributions have a static libstdc++ only in a package of its own.
        for linking in (_STATIC, ()):
            compiler = Compiler(Path(command[0]).name, tuple(command), linking)
            if _works(compiler):
                return compiler
    return None


def _works(compiler: Compiler) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "probe.cpp"
        source.write_text(_PROBE)
        flags = ["-std=c++17", "-fPIC", "-shared", "-pthread", *compiler.linking]
        return compiler.run([*flags, str(source), "-o", f"{folder}/probe.so"]).returncode == 0


def zig(target: str | None) -> Compiler | None:
    """zig, which is installed the first time; None if it cannot be.

    Args:
        target: As zig names it, such as `aarch64-linux-gnu.2.34`; None for this machine.
    """
    if not _install_zig():
        return None
    target = target or _own_target()
    # Without a target, zig would compile for the very processor that it runs on.
    choice = ("-target", target) if target else ("-mcpu=baseline",)
    command = (str(ZIG / "bin" / "python"), "-m", "ziglang", "c++", *choice)
    cache = str(ZIG / "cache")
    return Compiler("zig", command, environment={"ZIG_GLOBAL_CACHE_DIR": cache, "ZIG_LOCAL_CACHE_DIR": cache})


def _install_zig() -> bool:
    # The Makefile's rule does it, with no flags of a make that this may outlive.
    environment = {name: value for name, value in os.environ.items() if name not in _OF_MAKE}
    command = ["make", "--silent", "--no-print-directory", f"PYTHON={sys.executable}"]
    command.append(str((ZIG / ".installed").relative_to(ROOT)))
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0


def _own_target() -> str | None:
    return f"{platform.machine()}-linux-gnu.{_GLIBC}" if sys.platform == "linux" else None
