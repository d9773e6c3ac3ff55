"""ARNs, the names of AWS resources."""

import re
from typing import NamedTuple, Self

_SECRET = re.compile(r"arn:(aws[a-z-]*):secretsmanager:([a-z0-9-]+):\d{12}:secret:\S+")
_SUFFIXES = {
    "aws": "amazonaws.com",
    "aws-us-gov": "amazonaws.com",
    "aws-cn": "amazonaws.com.cn",
    "aws-eusc": "amazonaws.eu",
    "aws-iso": "c2s.ic.gov",
    "aws-iso-b": "sc2s.sgov.gov",
    "aws-iso-e": "cloud.adc-e.uk",
    "aws-iso-f": "csp.hci.ic.gov",
}
"""The suffixes of host names, by partition."""


class SecretArn(NamedTuple):
    """The ARN of a secret, with the region and the endpoint that follow from it."""

    arn: str
    region: str
    endpoint: str

    @classmethod
    def parse(cls, arn: str) -> Self:
        """Reads an ARN.

        Raises:
            ValueError: It is not the ARN of a secret, or its partition is unknown.
        """
        match = _SECRET.fullmatch(arn)
        if match is None or match[1] not in _SUFFIXES:
            raise ValueError(f"{arn!r} is not the ARN of a secret")
        return cls(arn, match[2], f"https://secretsmanager.{match[2]}.{_SUFFIXES[match[1]]}")
