from tests.cluster import hang  # noqa: F401 (a fixture)
from tests.telemetry import telemetry  # noqa: F401 (a fixture)
