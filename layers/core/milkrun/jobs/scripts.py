"""The Lua scripts: one file per transition; shared pieces of `lua/lib` are put in where they are named."""

import re
from pathlib import Path

from milkrun.jobs.codes import Code

LUA = Path(__file__).parent / "lua"
VERBS = (
    "submit",
    "dispatch",
    "claim",
    "renew",
    "complete",
    "fail",
    "requeue",
    "expire",
    "cancel",
    "erase",
)

_INCLUDE = re.compile(r"^-- @include (\w+)$", re.MULTILINE)
_CODES = "local CODE = {" + ", ".join(f"{code.name} = {code.value}" for code in Code) + "}"


def source(verb: str) -> str:
    """The whole text of a script: its shebang line, the return codes by name, its includes and its body."""
    shebang, _, rest = (LUA / f"{verb}.lua").read_text().partition("\n")
    body = _INCLUDE.sub(lambda match: (LUA / "lib" / f"{match[1]}.lua").read_text(), rest)
    return f"{shebang}\n{_CODES}\n{body}"
