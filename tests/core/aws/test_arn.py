import botocore.session
import pytest

from milkrun.aws.arn import SecretArn

SESSION = botocore.session.get_session()


@pytest.mark.parametrize("partition", SESSION.get_available_partitions())
def test_a_secret_is_where_botocore_finds_it(partition: str) -> None:
    regions = SESSION.get_available_regions("secretsmanager", partition)
    region = regions[0] if regions else "xx-none-1"
    name = f"arn:{partition}:secretsmanager:{region}:123456789012:secret:neo4j-AbCdEf"
    client = SESSION.create_client("secretsmanager", region)
    assert SecretArn.parse(name).endpoint == client.meta.endpoint_url
