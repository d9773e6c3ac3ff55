"""Regenerates the files under generated/. A test fails if they are out of date."""

from pathlib import Path
from typing import Any

import yaml

from infrastructure.alarms.cache import cache_alarms
from infrastructure.alarms.service import service_alarms
from infrastructure.alarms.workers import worker_alarms
from local.cloudformation import parse

HERE = Path(__file__).parent
GENERATED = HERE / "generated"


def documents() -> dict[str, str]:
    """The text of each file, by name."""
    alarms = "infrastructure/alarms"
    return {
        "api.yaml": _text(parse(HERE / "api.yaml"), "infrastructure/api.yaml"),
        "worker-alarms.yaml": _text(worker_alarms(), alarms),
        "service-alarms.yaml": _text(service_alarms(), alarms),
        "cache-alarms.yaml": _text(cache_alarms(), alarms),
    }


def _text(document: dict[str, Any], source: str) -> str:
    text = yaml.dump(document, Dumper=_Dumper, default_flow_style=None, sort_keys=False, width=110)
    return f"# Written by `make infrastructure` from {source}.\n{text}"


class _Dumper(yaml.SafeDumper):
    """Writes repeated values in full, because AWS::Include accepts no aliases."""

    def ignore_aliases(self, _: Any) -> bool:
        return True


if __name__ == "__main__":
    for name, text in documents().items():
        (GENERATED / name).write_text(text)
