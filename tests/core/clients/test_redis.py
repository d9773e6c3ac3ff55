import socket
import time

import pytest
import redis

from local.ports import free_port
from milkrun.clients.redis import ANSWER_TIMEOUT, connect, on_server_of, reason, redis_errors
from milkrun.errors import DependencyUnavailableError
from tests.waiting import MARGIN


def state_of(url: str) -> str:
    with pytest.raises(DependencyUnavailableError) as caught, redis_errors():
        connect(url).ping()
    return caught.value.dependencies["redis"]


def test_a_server_that_is_gone_is_reported_without_its_address() -> None:
    assert state_of(f"redis://127.0.0.1:{free_port()}/0") == "down: connection refused"


def test_a_server_that_hangs_is_given_up_within_a_few_seconds() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        started = time.monotonic()
        assert state_of(f"redis://127.0.0.1:{server.getsockname()[1]}/0") == "down: timed out"
        assert time.monotonic() - started < ANSWER_TIMEOUT + MARGIN  # otherwise it waits for ever


def test_a_wrong_password_is_reported(valkey_url: str) -> None:
    client = redis.Redis.from_url(valkey_url)
    client.config_set("requirepass", "right")
    try:
        assert state_of(valkey_url.replace("//", "//:wrong@")) == "down: authentication failed"
    finally:
        redis.Redis.from_url(valkey_url.replace("//", "//:right@")).config_set("requirepass", "")


def test_a_full_server_is_unavailable_for_writes(empty_valkey_url: str) -> None:
    client = connect(empty_valkey_url)
    client.config_set("maxmemory", 1)
    try:
        with pytest.raises(DependencyUnavailableError) as caught, redis_errors():
            client.set("k", "v")
    finally:
        client.config_set("maxmemory", 0)
    assert caught.value.dependencies == {"redis": "down: out of memory"}


def test_a_demoted_primary_is_replaced_by_the_new_one(empty_valkey_url: str) -> None:
    """After a failover, the primary's name leads to another server. Only a new connection finds it."""
    client, operator = connect(empty_valkey_url), redis.Redis.from_url(empty_valkey_url)
    client.ping()
    before = client.client_id()
    operator.replicaof("127.0.0.1", "1")
    try:
        with pytest.raises(DependencyUnavailableError) as caught, redis_errors():
            on_server_of(client, "k", lambda server: server.set("k", "v"))
    finally:
        operator.replicaof("NO", "ONE")
    assert caught.value.dependencies == {"redis": "down: read only"}
    assert client.client_id() != before


def test_a_primary_without_its_replicas_is_unavailable_for_writes(empty_valkey_url: str) -> None:
    client = connect(empty_valkey_url)
    client.config_set("min-replicas-to-write", 1)
    try:
        with pytest.raises(DependencyUnavailableError) as caught, redis_errors():
            client.set("k", "v")
    finally:
        client.config_set("min-replicas-to-write", 0)
    assert caught.value.dependencies == {"redis": "down: too few replicas"}


def test_an_error_of_ours_is_not_taken_for_an_outage(empty_valkey_url: str) -> None:
    client = connect(empty_valkey_url)
    client.set("k", "v")
    with pytest.raises(redis.exceptions.ResponseError), redis_errors():
        client.hgetall("k")


def test_an_unknown_error_is_reported_in_general_terms() -> None:
    assert reason(redis.exceptions.ConnectionError("Error 99 connecting to 10.0.0.1")) == "connection failed"


def test_an_error_within_a_pipeline_is_known_by_the_server_s_own_words(empty_valkey_url: str) -> None:
    client = connect(empty_valkey_url)
    client.config_set("min-replicas-to-write", 1)
    try:
        pipeline = client.pipeline()
        pipeline.set("k", "v")
        with pytest.raises(DependencyUnavailableError) as caught, redis_errors():
            pipeline.execute()
    finally:
        client.config_set("min-replicas-to-write", 0)
    assert caught.value.dependencies == {"redis": "down: too few replicas"}
