"""What goes over the wire to Redis."""

from typing import Any

import pytest
from redis.connection import AbstractConnection


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What goes to servers: an entry for all that is sent at a time, which is a round trip."""
    packets: list[bytes] = []
    send: Any = AbstractConnection.send_packed_command

    def noted(self: AbstractConnection, command: Any, *args: Any, **kwargs: Any) -> Any:
        packets.append(b"".join(command))
        return send(self, command, *args, **kwargs)

    monkeypatch.setattr(AbstractConnection, "send_packed_command", noted)
    return packets
