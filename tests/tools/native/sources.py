"""Small C++ sources with the shape of the search's own, to try a build with."""

import shutil
from pathlib import Path

from milkrun_solver.engines.sisr.library import SOURCES

_INTERFACE = """
#include <cstdint>
#include <thread>
#include <vector>

namespace part {
std::int32_t next(std::int32_t number);
}

extern "C" __attribute__((visibility("default"))) std::int32_t sisr_version(void) {
  std::vector<std::int32_t> made{0};
  std::thread([&made] { made.at(0) = part::next(6); }).join();
  return made.at(0);
}
"""
_PART = """
#include <cstdint>

namespace part {
std::int32_t next(std::int32_t number);
std::int32_t next(std::int32_t number) { return number + 1; }
}  // namespace part
"""
VERSION = 7
"""What the library made of them says."""


def small_sources(folder: Path) -> Path:
    """Writes them into a new folder, with the search's flags and exports. Returns it."""
    (folder / "part").mkdir(parents=True)
    (folder / "api.cpp").write_text(_INTERFACE)
    (folder / "part" / "next.cpp").write_text(_PART)
    for name in ("compile_flags.txt", "exports.map"):
        shutil.copy(SOURCES / name, folder / name)
    return folder
