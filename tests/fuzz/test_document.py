"""Requests that schemathesis derives from docs/openapi.yaml, valid and invalid, sent to a whole stack."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from schemathesis import GenerationMode, checks
from schemathesis.specs.openapi import checks as openapi_checks

from local.stack import RunningStack
from tests.contract import DOCUMENT
from tests.waiting import PATIENCE

from .conftest import REQUESTS, SEED

SCHEMA = schemathesis.openapi.from_path(DOCUMENT)
FOUND: Any = SCHEMA.get_all_operations()
OPERATIONS = {found.ok().label: found.ok() for found in FOUND}
CHECKS = [
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
    openapi_checks.negative_data_rejection,
]
EACH = max(10, REQUESTS // 200)
"""Requests for each operation in each mode."""
LENIENT = {"X-Correlation-ID": "fuzz", "Prefer": "respond-async"}
"""Headers that are valid whatever they hold. Also, no request may wait, because no run is solved here."""
MODES = [
    (label, mode)
    for label in OPERATIONS
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE
    or label not in ("GET /health", "GET /ready")  # there is nothing that can be invalid
]


@pytest.mark.parametrize(("label", "mode"), MODES)
def test_every_request_is_answered_as_the_document_says(
    label: str, mode: GenerationMode, stack: RunningStack
) -> None:
    @seed(SEED)
    @settings(max_examples=EACH, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=OPERATIONS[label].as_strategy(mode, headers=LENIENT))
    def send(case: Any) -> None:
        case.call_and_validate(base_url=stack.url, checks=CHECKS, timeout=PATIENCE)

    send()
