"""What a page in a browser may read of the functions' answers."""

from types import ModuleType

import health_handler
import pytest
import status_handler
import submit_handler

from tests.nonempty import nonempty

from .conftest import send

ANSWERS = [(submit_handler, "submit"), (status_handler, "status"), (health_handler, "health")]


@pytest.mark.usefixtures("invokes")
@pytest.mark.parametrize(("handler", "event"), ANSWERS)
def test_every_answer_names_the_origin_whose_pages_may_read_it(
    environment: pytest.MonkeyPatch, handler: ModuleType, event: str
) -> None:
    environment.setenv("CORS_ALLOW_ORIGIN", "https://a.example")
    assert send(handler, event).headers["Access-Control-Allow-Origin"] == "https://a.example"


@pytest.mark.usefixtures("invokes")
@pytest.mark.parametrize(("handler", "event"), ANSWERS)
def test_without_an_origin_no_answer_has_cors_headers(handler: ModuleType, event: str) -> None:
    assert not [name for name in nonempty(send(handler, event).headers) if name.startswith("Access-Control")]
