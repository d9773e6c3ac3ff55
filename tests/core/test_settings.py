import pytest

from milkrun.settings import Settings


def test_an_empty_variable_is_the_default() -> None:
    assert Settings.from_env({"REDIS_URL": "", "JOB_TTL_DAYS": ""}) == Settings()


def test_variables_are_read() -> None:
    settings = Settings.from_env({"JOB_TTL_DAYS": "30", "REDIS_MIN_REPLICAS": "1", "AWS_SAM_LOCAL": "true"})
    assert (settings.jobs.ttl_days, settings.jobs.min_replicas, settings.local) == (30, 1, True)


@pytest.mark.parametrize(
    ("name", "value"),
    [("JOB_TTL_DAYS", "0"), ("JOB_TTL_DAYS", "31"), ("MAX_ATTEMPTS", "x"), ("MAX_VEHICLES", "-1")],
)
def test_a_bad_number_is_named(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=name):
        Settings.from_env({name: value})


def test_no_address_or_password_is_printed() -> None:
    env = {"REDIS_URL": "redis://:pw@host:1", "NEO4J_URI": "bolt://host", "NEO4J_PASSWORD": "pw"}
    text = repr(Settings.from_env(env))
    assert "pw" not in text
    assert "host" not in text


def test_a_worker_invokes_its_own_function() -> None:
    assert Settings.from_env({"AWS_LAMBDA_FUNCTION_NAME": "w"}).worker_function == "w"
    assert Settings.from_env({"AWS_LAMBDA_FUNCTION_NAME": "s", "WORKER_FUNCTION": "w"}).worker_function == "w"
