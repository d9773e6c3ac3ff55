"""A Secrets Manager on loopback: moto's server, with one secret."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal
from uuid import uuid4

import boto3
from moto.server import ThreadedMotoServer

from milkrun.aws.signature import Credentials

REGION = "eu-central-1"


class SecretsManager:
    """The endpoint, the ARN of the secret, and ways to change the secret."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._client = self._client_of("secretsmanager")
        self.arn: str = self._client.create_secret(Name=uuid4().hex, SecretString="{}")["ARN"]

    def put(self, text: str) -> None:
        """Replaces the text of the secret."""
        self._client.put_secret_value(SecretId=self.arn, SecretString=text)

    def put_login(self, username: str, password: str) -> None:
        """Replaces the login in the secret."""
        self.put(json.dumps({"username": username, "password": password}))

    def user_who_may(self, *actions: str) -> Credentials:
        """The credentials of a new user with only these rights."""
        iam = self._client_of("iam")
        name = uuid4().hex
        iam.create_user(UserName=name)
        statement = {"Effect": "Allow", "Action": [*actions], "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.put_user_policy(UserName=name, PolicyName="rights", PolicyDocument=policy)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return Credentials(key["AccessKeyId"], key["SecretAccessKey"])

    def _client_of(self, service: Literal["iam", "secretsmanager"]) -> Any:
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=self.endpoint,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )


@contextmanager
def running_secrets_manager() -> Iterator[SecretsManager]:
    """A server that lets everybody in, except within `moto.core.authorization.enable_iam_authentication`."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield SecretsManager(f"http://{host}:{port}")
    finally:
        server.stop()
