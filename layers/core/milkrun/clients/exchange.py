"""Sends several commands at once, as a pipeline of redis-py does, in two thirds of its time."""

from collections.abc import Sequence
from typing import Any

from redis import Redis
from redis.commands import CoreCommands
from redis.exceptions import ResponseError

Command = tuple[tuple[Any, ...], dict[str, Any]]
"""Name and arguments, and the options by which redis-py parses the answer."""


class Questions(CoreCommands):
    """Collects commands that are called by redis-py's names for them."""

    def __init__(self) -> None:
        self.commands: list[Command] = []

    def execute_command(self, *args: Any, **options: Any) -> None:
        """Collects a command."""
        self.commands.append((args, options))


def exchange(server: Redis, commands: Sequence[Command]) -> list[Any]:
    """Sends commands at once, on one connection, and once more if the connection breaks.

    Returns:
        The server's answers. An error is returned among them, not raised.

    Raises:
        RedisError: The server is down.
    """
    pool = server.connection_pool
    connection: Any = pool.get_connection()

    def send() -> list[Any]:
        connection.send_packed_command(connection.pack_commands([args for args, _ in commands]))
        return [_answer(server, connection, args[0], options) for args, options in commands]

    try:
        answers: list[Any] = connection.retry.call_with_retry(send, lambda _: connection.disconnect())
        return answers
    finally:
        pool.release(connection)


def _answer(server: Any, connection: Any, name: str, options: dict[str, Any]) -> Any:
    try:
        return server.parse_response(connection, name, **options)
    except ResponseError as error:
        return error
