"""The transform refuses what linting the source does not notice, so its output is checked too."""

import json
import tomllib
from typing import Any

from cfnlint import api
from cfnlint.config import ManualArgs

from .conftest import REGION, ROOT


def problems_of(text: str) -> list[str]:
    matches = api.lint(text, config=ManualArgs(regions=[REGION]))
    return [f"{match.rule.id} line {match.linenumber}: {match.message}" for match in matches]


def test_the_source_lints_clean() -> None:
    assert problems_of((ROOT / "template.yaml").read_text()) == []


def test_what_cloudformation_gets_lints_clean(translated: dict[str, Any]) -> None:
    assert problems_of(json.dumps(translated)) == []


def test_every_parameter_of_samconfig_is_one_of_the_template(template: dict[str, Any]) -> None:
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())
    for environment in ("default", "staging", "prod"):
        overrides = config[environment]["deploy"]["parameters"]["parameter_overrides"]
        assert {override.split("=")[0] for override in overrides} <= template["Parameters"].keys()
