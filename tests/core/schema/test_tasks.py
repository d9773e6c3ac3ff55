import pytest

from milkrun.errors import FieldError, InvalidProblemError

from .parsing import PLAIN, changed, parse


def test_the_deprecated_amount_is_the_delivery() -> None:
    job = {"id": 9, "location": [7, 43], "amount": [3]}
    assert parse(changed(PLAIN, "jobs.1", job)).jobs[1].delivery == [3]


def test_amount_beside_delivery_is_named() -> None:
    with pytest.raises(InvalidProblemError) as caught:
        parse(changed(PLAIN, "jobs.0.amount", [1]))
    message = "is the deprecated name of `delivery`; send only one of them"
    assert caught.value.errors == (FieldError("$.jobs[0].amount", message),)


@pytest.mark.parametrize("path", ["amount", "vehicles.0.amount", "shipments.0.pickup.amount"])
def test_amount_elsewhere_is_an_unknown_key(path: str) -> None:
    with pytest.raises(InvalidProblemError) as caught:
        parse(changed(PLAIN, path, [1]))
    assert [error.message for error in caught.value.errors] == ["is not a known key"]
