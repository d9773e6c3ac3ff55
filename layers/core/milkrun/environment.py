"""Reads environment variables. An unset or empty one means the default.

Each function raises a ValueError if a value is wrong; the message names the variable.
"""

from collections.abc import Mapping

from milkrun.aws.arn import SecretArn

Environment = Mapping[str, str]


def integer(env: Environment, name: str, default: int, low: int, high: int = 2**53) -> int:
    """A whole number from `low` to `high`."""
    text = env.get(name)
    if not text:
        return default
    if not text.isdecimal() or not low <= int(text) <= high:
        raise ValueError(f"{name} must be a whole number from {low} to {high}, not {text!r}")
    return int(text)


def flag(env: Environment, name: str) -> bool:
    """`true` or `false`."""
    text = env.get(name, "")
    if text not in ("", "true", "false"):
        raise ValueError(f"{name} must be true or false, not {text!r}")
    return text == "true"


def values(env: Environment, name: str) -> frozenset[str]:
    """A comma-separated list."""
    text = env.get(name)
    if not text:
        return frozenset()
    found = [part.strip() for part in text.split(",")]
    if not all(found):
        raise ValueError(f"{name} must be a comma-separated list, not {text!r}")
    return frozenset(found)


def word(env: Environment, name: str) -> str:
    """A text without spaces."""
    text = env.get(name, "")
    if len(text.split()) > 1 or text != text.strip():
        raise ValueError(f"{name} must be one word without spaces, not {text!r}")
    return text


def pair(env: Environment, name: str) -> tuple[str, str] | None:
    """Two texts, as `name=value`."""
    text = env.get(name)
    if not text:
        return None
    key, _, value = text.partition("=")
    if not key or not value:
        raise ValueError(f"{name} must be name=value, not {text!r}")
    return key, value


def secret_arn(env: Environment, name: str) -> SecretArn | None:
    """The ARN of a secret."""
    text = env.get(name)
    if not text:
        return None
    try:
        return SecretArn.parse(text)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
