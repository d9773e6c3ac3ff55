"""Signature Version 4 for the two requests made without boto3: one presigned, one with signed headers.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

_ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True)
class Credentials:
    """What requests are signed with. The credentials of a role include a session token."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


class Signer:
    """Signs requests to the path `/` of a service.

    Args:
        now: The time of the signatures, in UTC.
    """

    def __init__(self, credentials: Credentials, region: str, service: str, now: datetime) -> None:
        self._credentials = credentials
        self._region = region
        self._service = service
        self._timestamp = now.strftime("%Y%m%dT%H%M%SZ")

    def presign(self, host: str, parameters: Mapping[str, str], seconds: int) -> str:
        """The URL of a GET without its scheme. It contains its signature, and is valid for `seconds`."""
        signed = {
            **parameters,
            "X-Amz-Algorithm": _ALGORITHM,
            "X-Amz-Credential": f"{self._credentials.access_key_id}/{self._scope}",
            "X-Amz-Date": self._timestamp,
            "X-Amz-Expires": str(seconds),
            "X-Amz-SignedHeaders": "host",
        }
        if self._credentials.session_token:
            signed["X-Amz-Security-Token"] = self._credentials.session_token
        pairs = [(_quoted(name), _quoted(value)) for name, value in signed.items()]
        signature = self._signature("GET", _joined(sorted(pairs)), {"host": host}, b"")
        return f"{host}/?{_joined(pairs)}&X-Amz-Signature={signature}"

    def sign_post(self, host: str, headers: Mapping[str, str], body: bytes) -> dict[str, str]:
        """The headers of a POST, including those that its signature adds."""
        signed = {**headers, "Host": host, "X-Amz-Date": self._timestamp}
        if self._credentials.session_token:
            signed["X-Amz-Security-Token"] = self._credentials.session_token
        canonical = {name.lower(): " ".join(value.split()) for name, value in signed.items()}
        signature = self._signature("POST", "", canonical, body)
        signed["Authorization"] = (
            f"{_ALGORITHM} Credential={self._credentials.access_key_id}/{self._scope}, "
            f"SignedHeaders={';'.join(sorted(canonical))}, Signature={signature}"
        )
        return signed

    @property
    def _scope(self) -> str:
        return f"{self._timestamp[:8]}/{self._region}/{self._service}/aws4_request"

    def _signature(self, method: str, query: str, headers: Mapping[str, str], body: bytes) -> str:
        """Signs a canonical request: `query` is sorted and quoted, `headers` have names in lower case."""
        names = sorted(headers)
        lines = [method, "/", query, *(f"{name}:{headers[name]}" for name in names)]
        lines += ["", ";".join(names), hashlib.sha256(body).hexdigest()]
        digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        to_sign = "\n".join([_ALGORITHM, self._timestamp, self._scope, digest])
        key = f"AWS4{self._credentials.secret_access_key}".encode()
        for part in self._scope.split("/"):
            key = _hmac(key, part)
        return _hmac(key, to_sign).hex()


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")


def _quoted(text: str) -> str:
    return quote(text, safe="-_.~")


def _joined(pairs: Iterable[tuple[str, str]]) -> str:
    return "&".join(f"{name}={value}" for name, value in pairs)
