"""Finds and loads the compiled search: by ctypes, so that one library serves every version of Python."""

import ctypes
import hashlib
import logging
import sysconfig
from functools import cache
from pathlib import Path

_log = logging.getLogger(__name__)

INTERFACE = 5
"""The version of the C interface that we call: `SISR_VERSION` of native/api.h."""
SOURCES = Path(__file__).parent / "native"
"""The C++ sources. A layer has none, but the library beside this module."""
PLATFORM = sysconfig.get_platform()
_NAME = "libsisr.so"
_SOURCE_SUFFIXES = {".cpp", ".hpp", ".h", ".txt", ".map"}


def fingerprint(sources: Path, platform: str) -> str:
    """Names the library of these sources, with their flags and their interface, for this platform. Any change
    of them gives another name, so a library is never taken for that of other sources."""
    digest = hashlib.sha256(platform.encode())
    for path in sorted(path for path in sources.rglob("*") if path.suffix in _SOURCE_SUFFIXES):
        content = path.read_bytes()
        digest.update(f"\0{path.relative_to(sources)}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:20]


def built(platform: str) -> Path:
    """Where a checkout has the library for a platform, once it is compiled."""
    return SOURCES.parents[5] / ".venv" / "native" / fingerprint(SOURCES, platform) / _NAME


def load_library() -> ctypes.CDLL | None:
    """The compiled search; None if it is missing, cannot be loaded or has another interface: the log says
    why, once. A library that is compiled while this process runs is found by the next call."""
    path = _place()
    if not path.exists():
        _say_once(f"the search is not compiled yet: there is no {path}")
        return None
    return _load(path)


@cache
def _place() -> Path:
    return built(PLATFORM) if SOURCES.is_dir() else Path(__file__).with_name(_NAME)


@cache
def _load(path: Path) -> ctypes.CDLL | None:
    try:
        library = ctypes.CDLL(str(path))
        version: int = library.sisr_version()
    except (OSError, AttributeError) as error:
        _say_once(f"the search cannot be loaded: {error}")
        return None
    if version != INTERFACE:
        _say_once(f"the search cannot be used: version {version} of its interface, not {INTERFACE}: {path}")
        return None
    return library


@cache
def _say_once(line: str) -> None:
    _log.warning(line)
