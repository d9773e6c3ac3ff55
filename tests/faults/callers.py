"""Callers: they submit, ask, stop, fetch and erase over HTTP, and try again if something is unavailable."""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

import aiohttp

from milkrun.schema.problem import Problem
from milkrun.schema.solution import Solution
from milkrun_solver.model.travel import travel_source
from milkrun_solver.verification.verifier import Verifier

from .histories import History, Json
from .plan import Plan, RunSpec

PATIENCE = aiohttp.ClientTimeout(total=35)
_AGAIN = 0.3
"""Seconds before a failed call is repeated."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.08, 2.0
_GIVE_UP_AFTER = 20
"""After this many leases, a caller believes that its run will never end."""


class Answer(NamedTuple):
    """An answer: its status, its body, and where the run is."""

    status: int
    body: Json
    location: str


class Callers:
    """All callers, and what they have seen.

    Args:
        session: The session; its base is the API's URL.
        may_end: Whether a caller that has done the planned runs may leave.
    """

    def __init__(
        self, session: aiohttp.ClientSession, plan: Plan, count: int, may_end: Callable[[], bool]
    ) -> None:
        self._session = session
        self._plan = plan
        self._count = count
        self._may_end = may_end
        self._begun = 0
        self.histories: list[History] = []
        self.answers: Counter[str] = Counter()
        self.acknowledged: list[float] = []

    async def run(self) -> None:
        """Submits the planned runs, and watches each until it ends."""
        await asyncio.gather(*(self._caller() for _ in range(self._count)))

    async def _caller(self) -> None:
        while self._begun < self._plan.runs or not self._may_end():
            history = History(self._plan.spec(self._begun))
            self._begun += 1
            self.histories.append(history)
            await self._see_through(history)

    async def _see_through(self, history: History) -> None:
        spec = history.spec
        await self._submit(history)
        stop = None
        if spec.stop_after is not None:
            stop = asyncio.create_task(self._stop(history, spec.stop_after))
        if not await self._until_ended(history):
            history.accuse("stuck", "its caller has given up")
            return
        if stop is not None:
            await stop
        await self._fetch(history)
        if spec.erase:
            await self._erase(history)
        history.watched = True

    async def _submit(self, history: History) -> None:
        spec = history.spec
        headers = {"X-Correlation-ID": spec.correlation_id}
        if spec.key is not None:
            headers["Idempotency-Key"] = spec.key
        if spec.wait:
            headers["Prefer"] = f"wait={spec.wait}"
        answer = await self._call(history, "POST", "/optimize", (200, 202), headers, spec.body)
        if answer.status == 202:
            history.acknowledge(answer.body)
        else:  # It has already ended, and this is its result.
            answer = await self._call(history, "GET", answer.location, (200,))
            history.acknowledge(answer.body)
        self.acknowledged.append(history.acknowledged)

    async def _until_ended(self, history: History) -> bool:
        """Asks until the run has ended. Returns whether it has."""
        chance = random.Random(history.spec.number)
        pause = _FIRST_PAUSE
        give_up = time.monotonic() + _GIVE_UP_AFTER * self._plan.pace.lease
        while not history.ended:
            if time.monotonic() > give_up:
                return False
            headers = {"Prefer": "wait=2"} if chance.random() < 0.1 else {}
            if not headers:
                await asyncio.sleep(pause * chance.uniform(0.5, 1.5))
            pause = min(1.6 * pause, _LONGEST_PAUSE)
            path = f"/optimize/{history.run_id}/status"
            answer = await self._call(history, "GET", path, (200, 404), headers)
            if answer.status == 404:
                history.accuse("lost", "an acknowledged run is not there")
                return True
            history.see(answer.body)
        return True

    async def _stop(self, history: History, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self._call(history, "DELETE", f"/optimize/{history.run_id}", (202,))

    async def _fetch(self, history: History) -> None:
        """Checks that the result agrees with the status and keeps every rule of the problem."""
        expected = {"completed": 200, "failed": 409, "cancelled": 410}.get(history.state.get("status", ""))
        if expected is None:
            return
        path = f"/optimize/{history.run_id}/result"
        status, body, _ = await self._call(history, "GET", path, (200, 202, 404, 409, 410))
        if status != expected:
            history.accuse("wrong", f"a {history.state['status']} run's result is answered with {status}")
        elif status == 200:
            history.solution = body
            for fault in faults_of(history.spec, body, history.state["best_cost"]):
                history.accuse("wrong", fault)

    async def _erase(self, history: History) -> None:
        path = f"/optimize/{history.run_id}"
        # 404: it was erased, and the answer to the erasure was lost.
        await self._call(history, "DELETE", f"{path}?erase=true", (204, 404))
        history.erased = True
        if (await self._call(history, "GET", f"{path}/status", (200, 404))).status != 404:
            history.accuse("retention", "an erased run is there")

    async def pages(self, owner: int) -> list[Json]:
        """All runs of an owner, as the API lists them."""
        nobody = History(self._plan.spec(0)._replace(owner=owner))
        runs: list[Json] = []
        query = "limit=100"
        while True:
            page = (await self._call(nobody, "GET", f"/optimize?{query}", (200,))).body
            runs += page["runs"]
            if page["next"] is None:
                return runs
            query = f"limit=100&cursor={page['next']}"

    async def _call(
        self,
        history: History,
        method: str,
        path: str,
        done: tuple[int, ...],
        headers: dict[str, str] | None = None,
        body: Any = None,
    ) -> Answer:
        """Repeats a call until the answer's status is one of `done`."""
        identity = {"Authorization": f"Bearer caller-{history.spec.owner}"}
        while True:
            try:
                async with self._session.request(
                    method, path, headers={**identity, **(headers or {})}, json=body
                ) as response:
                    status, text = response.status, await response.text()
                    location = response.headers.get("Location", "")
            except (aiohttp.ClientError, TimeoutError) as error:
                self.answers[type(error).__name__] += 1
                history.note(f"{method}: {type(error).__name__}")
                await asyncio.sleep(_AGAIN)
                continue
            self.answers[str(status)] += 1
            if status in done:
                return Answer(status, json.loads(text) if text else {}, location)
            history.note(f"{method}: {status} {text[:200]}")
            if status not in (429, 500, 502, 503, 504) or "internal_error" in text:
                history.accuse("wrong", f"{method} {path} is answered with {status} {text[:300]}")
            await asyncio.sleep(_AGAIN)


def faults_of(spec: RunSpec, solution: Json, cost: int | None) -> list[str]:
    """What is wrong with the result of a run."""
    problem = Problem.model_validate_json(json.dumps(spec.body))
    given = Solution.model_validate(solution)
    faults = Verifier(problem, travel_source(problem)).faults(given)
    if given.summary.cost != cost:
        faults.append(f"the result costs {given.summary.cost}, its status says {cost}")
    return faults
