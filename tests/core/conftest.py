from tests.telemetry import telemetry  # noqa: F401 (a fixture)
