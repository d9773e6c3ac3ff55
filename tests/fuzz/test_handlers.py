"""Whatever a caller sends: no 5xx, nothing undocumented, no secret told, and a log that stays a log."""

from dataclasses import replace

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from .conftest import REQUESTS, SEED
from .events import LAST_RUN, PLAIN, Call, calls
from .service import FATES, Fate, Service

_ROUND = 100
"""Conversations of one seed: hypothesis remembers all that it has tried."""

_ERASE = replace(PLAIN, name="cancel", run_id=LAST_RUN, query=(("erase", "true"),))
"""Chance seldom asks for this as it has to be asked."""


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
