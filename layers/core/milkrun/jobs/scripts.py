"""The Lua scripts: one file per transition, and one per change of what all owners share.

A line `-- @include NAME` inserts a piece from `lua/lib`.
"""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from redis import Redis
from redis.exceptions import NoScriptError

from milkrun.clients.exchange import Command, exchange
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
    "touch",
    "confirm",
    "withdraw",
    "release",
)
"""The transitions of a run, and the other scripts on the keys of one owner."""
OF_ALL_OWNERS = ("calls/begin", "stack/begin", "stack/finish")
"""The scripts on the keys that all owners share."""

_INCLUDE = re.compile(r"^-- @include (\w+)\n", re.MULTILINE)
_CODES = "local CODE = {" + ", ".join(f"{code.name} = {code.value}" for code in Code) + "}"


def source(verb: str) -> str:
    """The full text of a script: its shebang line, the return codes by name, its includes and its body.

    Shared definitions come before a script on the keys of one owner. The count of the run's bytes comes after
    it,
    so that no script can forget to count. A refusal changes no run, so it is not counted.
    """
    shebang, _, body = (LUA / f"{verb}.lua").read_text().partition("\n")
    included: set[str] = set()
    if verb in OF_ALL_OWNERS:
        return f"{shebang}\n{_CODES}\n{_with_includes(body, included)}"
    before = _with_includes("-- @include now\n-- @include keys\n-- @include count\n", included)
    return f"{shebang}\n{_CODES}\n{before}\n{_with_includes(body, included, _TRANSITION)}"


_TRANSITION = """local function transition()
{}
end
local reply = transition()
if reply[1] >= 0 then count() end
return reply
"""


def _with_includes(text: str, included: set[str], frame: str = "{}") -> str:
    """The text in its frame, after the pieces that it includes, directly or indirectly, each once."""
    pieces: list[str] = []

    def include(name: str) -> None:
        if name not in included:
            included.add(name)
            piece = (LUA / "lib" / f"{name}.lua").read_text()
            for needed in _INCLUDE.findall(piece):
                include(needed)
            pieces.append(_INCLUDE.sub("", piece))

    for name in _INCLUDE.findall(text):
        include(name)
    return "".join(pieces) + frame.replace("{}", _INCLUDE.sub("", text))


class Script:
    """One script.

    redis-py's own `Script` loads a script on all primaries of a cluster, even one that is down. This class
    sends the text only to the server that lacks it.
    """

    def __init__(self, verb: str) -> None:
        self.verb = verb
        self._text = source(verb)
        self.sha = hashlib.sha1(self._text.encode(), usedforsecurity=False).hexdigest()

    def run(
        self, server: Redis, keys: Sequence[str], args: Sequence[str | bytes | int], *, wait: tuple[int, int]
    ) -> tuple[list[Any], bool]:
        """Runs the script, and a WAIT on the same connection if replicas are asked for, in one round trip.

        A WAIT sent after the answer might use another connection, because the first one has broken. It would
        know of no writes, and report that all replicas have them.

        Args:
            wait: How many replicas to wait for, and for how many milliseconds.

        Returns:
            The script's reply, and whether enough replicas have what it wrote.

        Raises:
            RedisError: The server is down, or the script failed.
        """
        replies = self._send(server, ("EVALSHA", self.sha), keys, args, wait)
        if isinstance(replies[0], NoScriptError):
            replies = self._send(server, ("EVAL", self._text), keys, args, wait)
        if isinstance(replies[0], Exception):
            raise replies[0]
        return replies[0], wait[0] == 0 or (isinstance(replies[1], int) and replies[1] >= wait[0])

    def run_each(
        self, server: Redis, calls: Sequence[tuple[Sequence[str], Sequence[str | bytes | int]]]
    ) -> list[Any]:
        """Runs the script for each pair of keys and arguments, in one round trip. Returns replies or
        errors."""
        commands: list[Command] = [(("SCRIPT LOAD", self._text), {})]
        commands += [(("EVALSHA", self.sha, len(keys), *keys, *args), {}) for keys, args in calls]
        return exchange(server, commands)[1:]

    def _send(
        self,
        server: Redis,
        script: tuple[str, str],
        keys: Sequence[str],
        args: Sequence[str | bytes | int],
        wait: tuple[int, int],
    ) -> list[Any]:
        commands: list[Command] = [((*script, len(keys), *keys, *args), {})]
        if wait[0]:
            commands.append((("WAIT", *wait), {}))
        return exchange(server, commands)
