"""Whatever a caller sends, there is no 5xx, no undocumented answer, no secret in it, and the log stays
a log."""

from dataclasses import replace

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from .conftest import REQUESTS, SEED
from .events import LAST_RUN, PLAIN, Call, calls
from .service import FATES, Fate, Service

_ROUND = 100
"""Conversations for each seed. There are several seeds because hypothesis stores everything it has tried."""

_ERASE = replace(PLAIN, name="cancel", run_id=LAST_RUN, query=(("erase", "true"),))
"""Requests that random choice seldom makes in the form that matters."""


def test_the_api_keeps_its_contract_for_any_request(service: Service) -> None:
    rounds = 0
    while service.sent < REQUESTS:
        _converse(service, SEED + rounds)
        rounds += 1
    service.converse("completed", [_ERASE])
    print(f"{service.sent} requests of the seeds {SEED} to {SEED + rounds - 1}:")
    for (name, status), count in sorted(service.statuses.items()):
        print(f"{name:8} {status} {count}")
    assert {status for _, status in service.statuses} >= {200, 202, 204, 400, 401, 404, 409, 422}


def _converse(service: Service, number: int) -> None:
    @seed(number)
    @settings(
        max_examples=_ROUND,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    @given(fate=st.sampled_from(FATES), sent=st.lists(calls(), min_size=1, max_size=12))
    def converse(fate: Fate, sent: list[Call]) -> None:
        service.converse(fate, sent)

    converse()
