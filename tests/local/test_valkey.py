"""The embedded Valkey: a real, durable server that ends with the block."""

import socket
from pathlib import Path

import pytest
import redis

import local.embedded.valkey as valkey_module
from local.embedded.valkey import running_valkey
from local.ports import LOOPBACK, free_port
from tests.freezing import freeze


def test_it_is_a_server_with_its_append_only_file_on(tmp_path: Path) -> None:
    with running_valkey(tmp_path) as valkey:
        client = redis.Redis.from_url(valkey.url)
        assert client.info("persistence")["aof_enabled"] == 1
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def test_what_was_written_survives_a_kill(tmp_path: Path) -> None:
    port = free_port()
    with running_valkey(tmp_path, port=port) as valkey:
        redis.Redis.from_url(valkey.url).set("key", "value")
        valkey.process.kill()
    with running_valkey(tmp_path, port=port) as valkey:
        assert redis.Redis.from_url(valkey.url).get("key") == b"value"


def test_arguments_reach_the_server(tmp_path: Path) -> None:
    with running_valkey(tmp_path, "--maxmemory", "12mb") as valkey:
        assert redis.Redis.from_url(valkey.url).config_get("maxmemory") == {"maxmemory": str(12 * 1024**2)}


def test_a_server_that_refuses_its_arguments_says_why(tmp_path: Path) -> None:
    refused = running_valkey(tmp_path, "--no-such-setting", "1")
    with pytest.raises(RuntimeError, match="did not start"), refused:
        pass


def test_another_port_is_tried_if_one_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        ports = iter([taken.getsockname()[1], free_port()])
        monkeypatch.setattr(valkey_module, "free_port", lambda: next(ports))
        with running_valkey(tmp_path) as valkey:
            assert redis.Redis.from_url(valkey.url).ping()
        with (
            pytest.raises(RuntimeError, match="Failed listening"),
            running_valkey(tmp_path, port=taken.getsockname()[1]),
        ):
            pass


def test_its_process_ends_with_the_block_even_when_suspended(tmp_path: Path) -> None:
    with running_valkey(tmp_path) as valkey:
        freeze(valkey.process)
    assert valkey.process.returncode is not None
