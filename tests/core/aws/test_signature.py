"""Signatures equal botocore's byte for byte. The functions that sign do not import botocore."""

from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from unittest import mock
from urllib.parse import urlencode

import botocore.auth
from botocore.auth import AUTH_TYPE_MAPS, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as BotocoreCredentials
from botocore.hooks import HierarchicalEmitter
from botocore.model import ServiceId
from botocore.signers import RequestSigner
from hypothesis import given
from hypothesis import strategies as st

from milkrun.aws.signature import Credentials, Signer

MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))
KEYS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=16, max_size=20)
SECRETS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60)
REGIONS = st.sampled_from(["eu-central-1", "us-east-1", "cn-north-1", "us-gov-west-1"])
CREDENTIALS = st.builds(Credentials, KEYS, SECRETS, st.none() | SECRETS)
HOSTS = st.from_regex(r"[a-z][a-z0-9-]{0,39}", fullmatch=True)
TEXTS = st.text(max_size=40)
NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._~ /+-]{0,20}", fullmatch=True)
HEADER_VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=40)


def botocore_of(credentials: Credentials) -> BotocoreCredentials:
    return BotocoreCredentials(
        credentials.access_key_id, credentials.secret_access_key, credentials.session_token
    )


def at(now: datetime) -> AbstractContextManager[object]:
    """Stops botocore's clock."""
    return mock.patch.object(botocore.auth, "get_current_datetime", return_value=now)


@given(CREDENTIALS, REGIONS, MOMENTS, HOSTS, st.dictionaries(NAMES, TEXTS, max_size=5), st.integers(1, 900))
def test_a_presigned_address_equals_botocores(
    credentials: Credentials,
    region: str,
    now: datetime,
    host: str,
    parameters: dict[str, str],
    seconds: int,
) -> None:
    request = AWSRequest("GET", f"https://{host}/", params=dict(parameters))
    with at(now):
        SigV4QueryAuth(botocore_of(credentials), "elasticache", region, seconds).add_auth(request)
    ours = Signer(credentials, region, "elasticache", now).presign(host, parameters, seconds)
    assert f"https://{ours}" == request.url


@given(CREDENTIALS, REGIONS, MOMENTS, HOSTS, NAMES)
def test_a_token_equals_the_one_from_aws_s_own_example(
    credentials: Credentials, region: str, now: datetime, cache: str, user: str
) -> None:
    parameters, emitter = {"Action": "connect", "User": user}, HierarchicalEmitter()
    signer = RequestSigner(
        ServiceId("elasticache"), region, "elasticache", "v4", botocore_of(credentials), emitter
    )
    url = f"https://{cache}/?{urlencode(parameters)}"
    request = {"method": "GET", "url": url, "body": {}, "headers": {}, "context": {}}
    # If awscrt is installed, botocore signs with it, and awscrt accepts no clock.
    with at(now), mock.patch.dict(AUTH_TYPE_MAPS, {"v4-query": SigV4QueryAuth}):
        theirs = signer.generate_presigned_url(
            request, operation_name="connect", expires_in=900, region_name=region
        )
    ours = Signer(credentials, region, "elasticache", now).presign(cache, parameters, 900)
    assert f"https://{ours}" == theirs


@given(
    CREDENTIALS,
    REGIONS,
    MOMENTS,
    st.tuples(HOSTS, st.sampled_from(["", ":4566"])).map("".join),
    st.dictionaries(st.sampled_from(["Content-Type", "X-Amz-Target", "X-Other"]), HEADER_VALUES),
    st.binary(max_size=200),
)
def test_the_headers_of_a_post_equal_botocores(
    credentials: Credentials,
    region: str,
    now: datetime,
    host: str,
    headers: dict[str, str],
    body: bytes,
) -> None:
    request = AWSRequest("POST", f"https://{host}/", headers=dict(headers), data=body)
    with at(now):
        SigV4Auth(botocore_of(credentials), "secretsmanager", region).add_auth(request)
    ours = Signer(credentials, region, "secretsmanager", now).sign_post(host, headers, body)
    assert ours == {**dict(request.headers.items()), "Host": host}


def test_a_signature_depends_on_the_time() -> None:
    credentials, now = Credentials("AKIDEXAMPLE", "secret"), datetime(2026, 1, 1, tzinfo=UTC)
    tokens = {
        Signer(credentials, "eu-central-1", "elasticache", moment).presign("cache", {}, 900)
        for moment in (now, now, now + timedelta(seconds=1))
    }
    assert len(tokens) == 2


def test_credentials_do_not_print_what_is_secret() -> None:
    text = repr(Credentials("AKIDEXAMPLE", "hidden-secret", "hidden-token"))
    assert "AKIDEXAMPLE" in text
    assert "hidden" not in text
