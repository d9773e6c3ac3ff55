"""Names the state of the code, so that results can be told apart."""

import subprocess
from hashlib import sha256
from pathlib import Path

_ROOT = Path(__file__).parents[2]


def commit() -> str:
    """The commit of the code; `unknown` outside a clone. If files have changed, `-dirty-` and a hash of the
    changes follow."""
    found = _git("rev-parse", "--short", "HEAD").decode().strip()
    changes = _git("diff", "HEAD", "--binary")
    dirty = f"-dirty-{sha256(changes).hexdigest()[:7]}" if changes else ""
    return f"{found}{dirty}" if found else "unknown"


def _git(*arguments: str) -> bytes:
    """What git says; nothing if it fails."""
    return subprocess.run(
        ["git", "--no-optional-locks", *arguments],  # noqa: S607
        cwd=_ROOT,
        capture_output=True,
        check=False,
    ).stdout
