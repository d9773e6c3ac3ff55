"""The transform refuses what linting the source does not find, so its output is checked too."""

import json
import re
from itertools import chain
from typing import Any

import pytest
from cfnlint import api
from cfnlint.config import ManualArgs

from tests.nonempty import nonempty
from tests.stacks import NESTED, ROOT, Parameters

from .conftest import PARAMETER_SETS, REGION, Deploy, environment, samconfig, translate

ENVIRONMENTS = ("default", "small", "staging", "prod")
LONG = pytest.mark.long
"""Linting takes ten seconds. A quick run sees each condition both ways only once."""


def problems_of(text: str, parameters: Parameters, **options: Any) -> list[str]:
    """What cfn-lint finds, in every case that conditions allow or only with these parameters."""
    sets = [parameters] if parameters else []
    matches = api.lint(text, config=ManualArgs(regions=[REGION], parameters=sets, **options))
    return [f"{match.rule.id} line {match.linenumber}: {match.message}" for match in matches]


@pytest.mark.parametrize(
    "name",
    [it if it == "everything given" else pytest.param(it, marks=LONG) for it in PARAMETER_SETS],
)
def test_the_source_lints_clean(name: str) -> None:
    assert problems_of((ROOT / "template.yaml").read_text(), PARAMETER_SETS[name]) == []


@pytest.mark.parametrize(
    "name",
    [it if it == "everything made" else pytest.param(it, marks=LONG) for it in PARAMETER_SETS],
)
def test_nested_templates_lint_clean_with_what_the_root_gives_them(
    nested: dict[str, dict[str, Any]], deployed: Deploy, name: str
) -> None:
    stacks = deployed(PARAMETER_SETS[name]).of_type(NESTED)
    assert stacks
    for stack, properties in stacks.items():
        given = {key: str(value) for key, value in properties["Parameters"].items()}
        if "Api" in given:
            given["Api"] = (
                "a1b2c3d4e5"  # in lower case, as API Gateway's ids are and the canary's name must be
            )
        assert problems_of(json.dumps(nested[stack]), given) == [], stack


@pytest.mark.parametrize("name", ["everything made", pytest.param("everything given", marks=LONG)])
def test_the_translated_template_lints_clean(template: dict[str, Any], name: str) -> None:
    ignored = [
        "W2001",  # a parameter whose value SAM has filled in is no longer used
        "W7001",  # the same goes for a mapping
        "W3002",  # `sam package` replaces a nested template's path with an address
        "W1033",  # the template ignores this and the next one itself, but not beside this list
        "W3011",
    ]
    text = json.dumps(translate(template, PARAMETER_SETS[name]))
    assert problems_of(text, PARAMETER_SETS[name], ignore_checks=ignored) == []


def test_the_deployments_of_these_tests_see_every_condition_both_ways(deployed: Deploy) -> None:
    seen = [deployed(parameters).conditions for parameters in PARAMETER_SETS.values()]
    ways = {(name, holds) for conditions in seen for name, holds in conditions.items()}
    names = {name for name, _ in nonempty(ways)}
    assert ways == {(name, holds) for name in names for holds in (True, False)}


def test_the_template_accepts_the_values_in_these_tests(template: dict[str, Any]) -> None:
    for name, value in nonempty(chain.from_iterable(it.items() for it in PARAMETER_SETS.values())):
        declared = template["Parameters"][name]
        if "AllowedValues" in declared:
            assert value in map(str, declared["AllowedValues"]), name
        assert re.fullmatch(declared.get("AllowedPattern", ".*"), value), name
        assert int(value) >= declared["MinValue"] if "MinValue" in declared else True, name
        assert int(value) <= declared["MaxValue"] if "MaxValue" in declared else True, name


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_an_environment_deploys_without_further_options(template: dict[str, Any], name: str) -> None:
    parameters = template["Parameters"]
    assert environment(name).keys() <= parameters.keys()
    assert all("Default" in parameter for parameter in parameters.values())
    settings = samconfig()[name]
    assert settings["deploy"]["parameters"]["capabilities"] == "CAPABILITY_IAM CAPABILITY_AUTO_EXPAND"
    assert settings["deploy"]["parameters"]["resolve_s3"] is True


def test_environments_have_stacks_of_their_own_and_differ_in_what_they_set() -> None:
    names = {samconfig()[name]["global"]["parameters"]["stack_name"] for name in ENVIRONMENTS}
    assert len(names) == len(ENVIRONMENTS)
    stages = ("default", "staging", "prod")
    for parameter in ("CacheNodeType", "CacheReplicas", "WorkerConcurrency", "LogRetentionDays"):
        assert len({environment(name)[parameter] for name in stages}) == len(stages)
    assert {environment(name).get("EndpointZones", "2") for name in stages} == {"2"}


def test_every_parameter_is_in_a_group(template: dict[str, Any]) -> None:
    groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    shown = [name for group in groups for name in group["Parameters"]]
    assert sorted(shown) == sorted(template["Parameters"])
