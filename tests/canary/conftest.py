"""The canary's own script, with a stand-in for the module that only exists inside Synthetics."""

import importlib.util
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

SCRIPT = Path(__file__).parents[2] / "canary/milkrun_canary.py"
USER_AGENT = "CloudWatchSynthetics/arn:aws:synthetics:eu-central-1:123456789012:canary:milkrun"
KEYS = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    "AWS_SESSION_TOKEN": "session/token==",
    "AWS_REGION": "eu-central-1",
}

Ask = Callable[[str], None]


@pytest.fixture
def canary(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as Synthetics loads it, with the credentials of the canary's role in the environment."""
    webdriver = SimpleNamespace(get_canary_user_agent_string=lambda: USER_AGENT)
    parts = {
        "aws_synthetics": {},
        "aws_synthetics.common": {"synthetics_logger": logging.getLogger("canary")},
        "aws_synthetics.selenium": {"synthetics_webdriver": webdriver},
    }
    for name, contents in parts.items():
        stand_in = ModuleType(name)
        vars(stand_in).update(contents)
        monkeypatch.setitem(sys.modules, name, stand_in)
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    spec = importlib.util.spec_from_file_location("milkrun_canary", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def ask(canary: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Runs the canary against the API at a URL."""

    def run(url: str) -> None:
        monkeypatch.setenv("API_URL", url)
        canary.handler({}, None)

    monkeypatch.setenv("SIGNED_RUN", "true")
    return run
