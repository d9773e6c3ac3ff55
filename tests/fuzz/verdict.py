"""What is wrong with an answer or a log line, whatever the request was."""

import base64
import gzip
import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tests.contract import breaches, breaches_of_schema, document

LARGEST_ANSWER = 6_291_556
"""The most bytes that Lambda accepts from a function."""
LARGEST_PROBLEM = 32_768
"""The most bytes of an error: a small request gets no large answer, and not its own words without limit."""
LARGEST_LINE = 65_536
PROBLEM = "application/problem+json"


def faults(event: Mapping[str, Any], response: Mapping[str, Any], secrets: Iterable[str]) -> list[str]:
    """What is wrong with a function's answer to an event."""
    return [
        *_of_envelope(response),
        *_of_contract(event, response),
        *_leaks(json.dumps(response, ensure_ascii=False) + str(_body(response)), secrets),
    ]


def _of_envelope(response: Mapping[str, Any]) -> Iterator[str]:
    if len(json.dumps(response)) > LARGEST_ANSWER:
        yield "Lambda would not take the answer"
    for name, values in response["multiValueHeaders"].items():
        for value in values:
            if not value.isascii() or not value.isprintable():
                yield f"the header {name} has {value!r}"


def _of_contract(event: Mapping[str, Any], response: Mapping[str, Any]) -> Iterator[str]:
    method, path, status = event["httpMethod"], event["resource"], response["statusCode"]
    headers = {name: values[0] for name, values in response["multiValueHeaders"].items()}
    body = _body(response)
    if status >= 500 and (status, event["path"]) != (503, "/ready"):
        yield f"{status}: {body}"
    if method.lower() in document()["paths"].get(path, {}):
        yield from breaches(method, path, status, headers, body)
    if headers.get("Content-Type") == PROBLEM:
        yield from breaches_of_schema("/components/schemas/ProblemDetails", body)
        if body["correlation_id"] != headers["X-Correlation-ID"]:
            yield "body and header differ in their correlation id"
        if len(response["body"]) > LARGEST_PROBLEM:
            yield f"an error of {len(response['body'])} bytes"


def _body(response: Mapping[str, Any]) -> Any:
    text: Any = response.get("body")
    if response["isBase64Encoded"]:
        text = gzip.decompress(base64.b64decode(text))
    return json.loads(text) if text else None


def faults_of_log(written: str, secrets: Iterable[str]) -> list[str]:
    """What is wrong with the printed lines: each must be one JSON object, and show as exactly that."""
    found = list(_leaks(written, secrets))
    for line in written.split("\n")[:-1]:
        strange = {character for character in line if unicodedata.category(character) in _UNPRINTABLE}
        if strange:
            found.append(f"the characters {strange} in the line {line[:300]!r}")
        if len(line) > LARGEST_LINE:
            found.append(f"a line of {len(line)} characters")
        try:
            whole = isinstance(json.loads(line), dict)
        except ValueError:
            whole = False
        if not whole:
            found.append(f"no JSON object: {line[:300]!r}")
    return found


_UNPRINTABLE = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
"""Control and format characters, lone surrogates, and characters that some viewers break lines at."""


def _leaks(text: str, secrets: Iterable[str]) -> Iterator[str]:
    yield from (f"{secret} is told" for secret in secrets if secret in text)
