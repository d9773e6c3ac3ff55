"""What the client sends to Redis over the wire."""

from typing import Any

import pytest
from redis.connection import AbstractConnection


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What the client sends to servers: one entry for each round trip."""
    packets: list[bytes] = []
    send: Any = AbstractConnection.send_packed_command

    def noted(self: AbstractConnection, command: Any, *args: Any, **kwargs: Any) -> Any:
        packets.append(b"".join(command))
        return send(self, command, *args, **kwargs)

    monkeypatch.setattr(AbstractConnection, "send_packed_command", noted)
    return packets
