"""The Lua scripts: one file per transition; shared pieces of `lua/lib` are put in where they are named."""

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
)

_INCLUDE = re.compile(r"^-- @include (\w+)$", re.MULTILINE)
_CODES = "local CODE = {" + ", ".join(f"{code.name} = {code.value}" for code in Code) + "}"


def source(verb: str) -> str:
    """The whole text of a script: its shebang line, the return codes by name, its includes and its body."""
    shebang, _, rest = (LUA / f"{verb}.lua").read_text().partition("\n")
    body = _INCLUDE.sub(lambda match: (LUA / "lib" / f"{match[1]}.lua").read_text(), rest)
    return f"{shebang}\n{_CODES}\n{body}"


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
