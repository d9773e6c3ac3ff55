"""The previous release, frozen: what it wrote, its scripts, and what it reads.

`fixtures/record.py` recorded it. What is written here by hand (its keys, arguments and fields) is that
release's and never changes.
"""

import base64
import hashlib
import json
import zlib
from pathlib import Path
from typing import Any

from milkrun.clients.redis import AnyRedis, on_server_of
from milkrun.jobs.codes import Code

FIXTURES = Path(__file__).parent / "fixtures" / "0.1"
STORIES: dict[str, dict[str, Any]] = json.loads((FIXTURES / "stories.json").read_text())
"""The status of each recorded run, by what happened to it."""
OWNER = "a1b2c3d4e5f60718"
BODY = b'{"vehicles": [{"id": 1, "start": [7.4, 43.7]}], "jobs": [{"id": 1, "location": [7.41, 43.7]}]}'
BEST, RESULT = b'{"cost": 9}', b'{"cost": 7}'
NAMES = ("request", "best", "result")

_ID, _MS = r"[0-9A-Za-z-]+", r"\d{13}"
READ = {
    "status": r"pending|running|completed|failed|cancelled",
    "created_at": _MS,
    "time_limit_ms": r"\d+",
    "correlation_id": r".+",
    "attempt": r"\d+",
    "hops": r"\d+",
    "chain": r"\d+",
    "dispatches": r"\d+",
    "spent_ms": r"\d+",
    "progress": r"0|1|0\.\d+",
    "pending_since": _MS,
    "key_hash": r"[0-9a-f]*",
}
"""Fields that its reader or one of its scripts needs in every run, and their form."""
READ_WHERE_THERE = {
    "started_at": _MS,
    "finished_at": _MS,
    "lease_until": _MS,
    "token": _ID,
    "best_cost": r"-?\d+",
    "best_unassigned": r"\d+",
    "error_code": r"[a-z_]+",
    "error_detail": r".*",
    "stop": r"1",
    "stopped_early": r"1",
}
"""Fields that it understands if a run has them. It ignores all others."""


def unpack(data: bytes) -> bytes:
    """JSON as Redis stores it."""
    return zlib.decompress(data)


def run_id(story: str) -> str:
    """The run of a story."""
    return str(STORIES[story]["run_id"])


def restore(client: AnyRedis) -> None:
    """Puts what the release wrote into Redis, as if it had happened a moment ago."""
    recorded = json.loads((FIXTURES / "runs.json").read_text())
    seconds = client.time()
    now = seconds[0] * 1000 if isinstance(seconds, tuple) else next(iter(seconds.values()))[0] * 1000
    later = now - recorded["recorded_at"]
    for key, entry in recorded["keys"].items():
        match entry["value"]:
            case str(text):
                client.set(key, base64.b64decode(text))
            case scores_or_fields if key.partition(":run:")[1]:
                fields = {name: _later(name, text, later) for name, text in scores_or_fields.items()}
                client.hset(key, mapping=fields)
            case scores:
                by_time = key.endswith(":active")
                client.zadd(key, {member: score + later * by_time for member, score in scores.items()})
        if entry["expires"]:
            client.pexpire(key, 86_400_000)


def _later(name: str, text: str, by: int) -> str:
    return str(int(text) + by) if name.endswith(("_at", "_since", "_until")) else text


class EarlierRelease:
    """Its scripts with its arguments. Each verb returns the code and what follows it."""

    def __init__(self, client: AnyRedis) -> None:
        self._client = client

    def submit(self, run: str, *, key: str) -> tuple[Code, list[Any]]:
        tag = self._tag
        digest = hashlib.sha256(key.encode()).hexdigest()[:32]
        return self._call(
            "submit",
            run,
            *(hashlib.sha256(BODY).hexdigest()[:32], digest, 14 * 86_400_000, 1_000, 15_000, 1),
            *("corr-1", 5_000, zlib.compress(BODY, level=1)),
            extra_key=f"{tag}:idem:{OWNER}:{digest}",
        )

    def dispatch(self, run: str) -> tuple[Code, list[Any]]:
        return self._call("dispatch", run, 0, 0, 15_000, 10, 86_400_000, 10, 7 * 86_400_000)

    def claim(self, run: str, token: str) -> tuple[Code, list[Any]]:
        return self._call("claim", run, token, 30_000, 10)

    def renew(self, run: str, token: str) -> tuple[Code, list[Any]]:
        return self._call("renew", run, token, 30_000, "0.5000", 2_500, zlib.compress(BEST), 9, 1)

    def complete(self, run: str, token: str) -> tuple[Code, list[Any]]:
        return self._call("complete", run, token, zlib.compress(RESULT), 7, 0, 5_000, 7 * 86_400_000)

    def fail(self, run: str, token: str) -> tuple[Code, list[Any]]:
        return self._call("fail", run, token, "solver_failed", "No.", 5_000, 7 * 86_400_000)

    def hand_over(self, run: str, token: str) -> tuple[Code, list[Any]]:
        return self._call("requeue", run, token, "hop", 15_000, 3, 2_500)

    def expire(self, run: str) -> tuple[Code, list[Any]]:
        return self._call("expire", run, 3, 7 * 86_400_000)

    def cancel(self, run: str) -> tuple[Code, list[Any]]:
        return self._call("cancel", run, 7 * 86_400_000)

    def erase(self, run: str) -> tuple[Code, list[Any]]:
        key_hash = self._client.hget(f"{self._tag}:run:{OWNER}:{run}", "key_hash")
        held = f"{self._tag}:idem:{OWNER}:{key_hash.decode()}"  # type: ignore[union-attr]
        return self._call("erase", run, extra_key=held if key_hash else f"{self._tag}:run:{OWNER}:{run}")

    @property
    def _tag(self) -> str:
        return f"milkrun:{{{int.from_bytes(hashlib.sha256(OWNER.encode()).digest()[:4]) % 64}}}"

    def _call(
        self, verb: str, run: str, *args: str | bytes | int, extra_key: str = ""
    ) -> tuple[Code, list[Any]]:
        tag, text = self._tag, (FIXTURES / "scripts" / f"{verb}.lua").read_text()
        key = f"{tag}:run:{OWNER}:{run}"
        indexes = [f"{tag}:{name}:{OWNER}" for name in ("runs", "pending", "waiting", "running")]
        keys = [key, *(f"{key}:{name}" for name in NAMES), *indexes, f"{tag}:active"]
        keys += [extra_key] if extra_key else []
        code, *rest = on_server_of(
            self._client,
            key,
            lambda server: server.eval(text, len(keys), *keys, run, f"{OWNER}:{run}", *args),
        )
        return Code(code), rest
