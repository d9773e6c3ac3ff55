"""The Lua scripts: one file per transition, and one per change of what all owners share.

Pieces of `lua/lib` are put in where they are named.
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
"""The transitions of a run, and what else is done with the keys of one owner."""
OF_ALL_OWNERS = ("calls/begin", "stack/begin", "stack/finish")
"""What is done with the keys that all owners share."""

_INCLUDE = re.compile(r"^-- @include (\w+)\n", re.MULTILINE)
_CODES = "local CODE = {" + ", ".join(f"{code.name} = {code.value}" for code in Code) + "}"


def source(verb: str) -> str:
    """The whole text of a script: its shebang line, the return codes by name, its includes and its body.

    A script of an owner is put between what all of them know and the count of the run's bytes: no script can
    forget it. A refusal changes no run, and not its count.
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
    """The text within its frame, after the pieces that it names and those that they name, each once."""
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
    """One script, as a server runs it.

    redis-py's own loads a script that is new to a server on all primaries of a cluster, the one that is away
    included. This one sends the text to the server that misses it.
    """

    def __init__(self, verb: str) -> None:
        self.verb = verb
        self._text = source(verb)
        self.sha = hashlib.sha1(self._text.encode(), usedforsecurity=False).hexdigest()

    def run(
        self, server: Redis, keys: Sequence[str], args: Sequence[str | bytes | int], *, wait: tuple[int, int]
    ) -> tuple[list[Any], bool]:
        """Runs the script, and WAITs on its connection where replicas are asked for, in one round trip.

        A WAIT that was sent after the answer might go through another connection, opened because the first
        one has broken; it would know of no writes, and find that all replicas have them.

        Args:
            wait: Replicas to wait for, and how long, ms.

        Returns:
            The script's reply, and whether so many replicas have what it wrote.

        Raises:
            RedisError: The server is away, or the script failed.
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
        """Runs the script for each of these keys and arguments, in one round trip: replies or errors."""
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
