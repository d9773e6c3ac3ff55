import pytest

from milkrun.settings import Settings, TokenPolicy


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


@pytest.mark.parametrize(
    "value",
    ["127.0.0.1:6379", "http://:secret@host:1", "redis:", "redis://host:port", "redis://host:99999", "x"],
)
def test_a_malformed_redis_url_is_reported_and_not_printed(value: str) -> None:
    with pytest.raises(ValueError, match="REDIS_URL must be") as caught:
        Settings.from_env({"REDIS_URL": value})
    assert "secret" not in str(caught.value)


def test_no_address_or_password_is_printed() -> None:
    env = {"REDIS_URL": "redis://:pw@host:1", "NEO4J_URI": "bolt://host", "NEO4J_PASSWORD": "pw"}
    text = repr(Settings.from_env(env))
    assert "pw" not in text
    assert "host" not in text


IAM = {
    "REDIS_URL": "rediss://cache.example:6379",
    "REDIS_IAM_USER": "milkrun",
    "REDIS_IAM_CACHE": "milkrun-cache",
    "AWS_REGION": "eu-central-1",
}


def test_a_cache_with_iam_is_read() -> None:
    settings = Settings.from_env(IAM)
    assert (settings.redis_iam_user, settings.redis_iam_cache) == ("milkrun", "milkrun-cache")
    assert settings.region == "eu-central-1"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REDIS_IAM_USER", ""),
        ("REDIS_IAM_CACHE", ""),
        ("AWS_REGION", ""),
        ("REDIS_URL", "redis://cache.example:6379"),
        ("REDIS_URL", "rediss://someone:else@cache.example:6379"),
    ],
)
def test_a_missing_setting_of_iam_is_named(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=name) as caught:
        Settings.from_env(IAM | {name: value})
    assert "example" not in str(caught.value)


SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:neo4j-AbCdEf"


def test_the_name_of_a_secret_is_read() -> None:
    secret = Settings.from_env({"NEO4J_SECRET_ARN": SECRET}).neo4j_secret
    assert secret is not None
    assert (secret.arn, secret.region) == (SECRET, "eu-central-1")


@pytest.mark.parametrize("value", ["neo4j", "arn:aws:s3:::bucket", SECRET.replace("aws:", "other:", 1)])
def test_a_malformed_secret_name_is_reported(value: str) -> None:
    with pytest.raises(ValueError, match="NEO4J_SECRET_ARN"):
        Settings.from_env({"NEO4J_SECRET_ARN": value})


TOKENS = {"JWT_ISSUER": "https://issuer.example", "JWT_AUDIENCE": "milkrun, planner"}


def test_what_tokens_have_to_be_is_read() -> None:
    more = {
        "JWT_REQUIRED_SCOPE": "runs",
        "JWT_REQUIRED_CLAIM": "tenant=a=b",
        "JWT_ACCESS_TOKENS_ONLY": "true",
    }
    assert Settings.from_env(TOKENS | more).tokens == TokenPolicy(
        "https://issuer.example", frozenset(["milkrun", "planner"]), "runs", ("tenant", "a=b"), True
    )


def test_empty_variables_ask_nothing_of_a_token() -> None:
    empty = {"JWT_REQUIRED_SCOPE": "", "JWT_REQUIRED_CLAIM": "", "JWT_ACCESS_TOKENS_ONLY": ""}
    assert Settings.from_env(TOKENS | empty) == Settings.from_env(TOKENS)
    assert Settings.from_env({"JWT_ISSUER": "", "JWT_AUDIENCE": ""}).tokens == TokenPolicy()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("JWT_AUDIENCE", ","),
        ("JWT_AUDIENCE", "milkrun,"),
        ("JWT_REQUIRED_SCOPE", "read write"),
        ("JWT_REQUIRED_SCOPE", " read"),
        ("JWT_REQUIRED_CLAIM", "group"),
        ("JWT_REQUIRED_CLAIM", "=dispatch"),
        ("JWT_REQUIRED_CLAIM", "group="),
        ("JWT_ACCESS_TOKENS_ONLY", "True"),
        ("JWT_ACCESS_TOKENS_ONLY", "1"),
    ],
)
def test_a_demand_on_tokens_that_cannot_be_names_its_variable(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"^{name} must be "):
        Settings.from_env(TOKENS | {name: value})
