"""docs/deploy.md agrees with the template, samconfig.toml, the Makefile and the SAM CLI."""

import re
import subprocess
import tomllib
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import missing
from tests.nonempty import nonempty
from tests.stacks import Resources

from .conftest import ROOT, Rows

SAM = ROOT / ".venv/sam/bin/sam"

Table = Callable[[str], Rows]


@pytest.fixture(scope="module")
def shell(page: str) -> str:
    """All commands on the page."""
    return "\n".join(re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL))


@pytest.fixture(scope="module")
def overrides(page: str) -> list[tuple[str, str]]:
    """Every `Parameter=value` for a reader to type, with dots in place of their own values."""
    return re.findall(r"[`\"]([A-Z][A-Za-z0-9]+)=([^`\"]*)[`\"]", page)


def parameters(table: Table) -> Rows:
    return [row for row in table("parameter | default") if not row[0].startswith("**")]


def test_every_parameter_is_explained_in_the_template_s_order(table: Table, template: dict[str, Any]) -> None:
    assert [row[0].strip("`") for row in parameters(table)] == list(template["Parameters"])


def test_every_default_is_the_template_s(table: Table, template: dict[str, Any]) -> None:
    shown = {name.strip("`"): default.strip("`") for name, default, _ in parameters(table)}
    assert shown == {name: str(it["Default"]) for name, it in template["Parameters"].items()}


def test_every_group_of_parameters_is_the_template_s(table: Table, template: dict[str, Any]) -> None:
    groups: dict[str, list[str]] = {}
    for name, *_ in table("parameter | default"):
        if name.startswith("**"):
            groups[name.strip("*")] = []
        else:
            groups[list(groups)[-1]].append(name.strip("`"))
    interface = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    assert groups == {group["Label"]["default"]: group["Parameters"] for group in interface}


def test_choices_that_the_table_names_are_the_template_s(table: Table, template: dict[str, Any]) -> None:
    for name, _, text in nonempty(parameters(table)):
        choices = template["Parameters"][name.strip("`")].get("AllowedValues")
        if name == "`CanaryMinutes`":
            assert [int(number) for number in re.findall(r"\d+", text)] == [*choices[1:], 0]
        elif choices and name not in ("`LogRetentionDays`", "`DeploymentType`", "`NatGateway`"):
            assert {str(choice) for choice in choices} == set(re.findall(r"`([^` ]+)`", text)), name


def test_the_template_accepts_every_value_that_the_page_gives(
    overrides: list[tuple[str, str]], template: dict[str, Any]
) -> None:
    assert len(overrides) > 10
    for name, value in overrides:
        parameter = template["Parameters"][name]
        if "…" in value:
            continue
        if "AllowedPattern" in parameter:
            assert re.fullmatch(parameter["AllowedPattern"], value), f"{name}={value}"
        if "AllowedValues" in parameter:
            assert value in [str(choice) for choice in parameter["AllowedValues"]], f"{name}={value}"
        if parameter["Type"] == "Number":
            least, most = parameter.get("MinValue", 0), parameter.get("MaxValue", float("inf"))
            assert least <= int(value) <= most, f"{name}={value}"


def test_what_stays_after_the_stack_is_documented(page: str, parts: Resources) -> None:
    (section,) = re.findall(r"^## Deleting\n(.*?)^## ", page, re.MULTILINE | re.DOTALL)
    kept = [name for name, it in parts.items() if it.get("DeletionPolicy", "Delete") != "Delete"]
    for name in nonempty(kept):
        assert f"`{name}`" in section


def test_environments_and_stacks_are_those_of_samconfig(shell: str) -> None:
    config = tomllib.loads((ROOT / "samconfig.toml").read_text())
    assert set(re.findall(r"--config-env (\S+)", shell)) <= config.keys()
    stacks = {
        it["global"]["parameters"]["stack_name"]
        for it in config.values()
        if isinstance(it, dict) and "global" in it
    }
    assert set(re.findall(r"--stack-name (\S+)", shell)) <= stacks


def test_every_verb_of_make_exists(shell: str) -> None:
    makefile = (ROOT / "Makefile").read_text()
    verbs = re.findall(r"(?:^|&& )make (\S+)", shell, re.MULTILINE)
    assert verbs
    for verb in verbs:
        assert re.search(rf"^{re.escape(verb)}:", makefile, re.MULTILINE), verb


@pytest.mark.parametrize(("arguments", "environment"), [([], "default"), (["ENV=prod"], "prod")])
def test_each_build_is_for_the_environment_that_is_deployed(arguments: list[str], environment: str) -> None:
    """`sam build` and `sam deploy` read Architecture from the same place if both get the same environment."""
    command = ["make", "--dry-run", "build", *arguments]
    plan = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.findall(r"sam build .*--config-env (\S+)", plan) == [environment]


def test_an_environment_is_built_before_it_is_deployed(shell: str) -> None:
    deploys = re.findall(r"^(.*sam deploy --config-env (\S+).*)$", shell, re.MULTILINE)
    for line, name in nonempty(deploys):
        assert f"make build ENV={name} &&" in line


def test_every_output_that_the_page_names_exists(page: str, template: dict[str, Any]) -> None:
    named = set(re.findall(r"`([A-Z]\w+(?:Url|Id|Ids))`", page)) - template["Parameters"].keys()
    assert named >= {"ApiUrl", "FunctionsSecurityGroupId", "MadeVpcId"}
    assert named <= template["Outputs"].keys()


def test_every_link_works(page: str) -> None:
    headings = {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    }
    for target in nonempty(re.findall(r"\]\(([^)]+)\)", page)):
        if target.startswith("#"):
            assert target[1:] in headings
        elif not target.startswith("https://"):
            assert (ROOT / "docs" / target.partition("#")[0]).exists(), target


@pytest.mark.long
def test_the_sam_cli_has_every_option_that_the_page_uses(shell: str) -> None:
    if not SAM.exists():
        missing("the SAM CLI is not installed yet: `make build` does it")
    commands = re.findall(r"bin/sam ((?:list )?[a-z-]+)([^\n&|#]*)", shell)
    assert commands
    for command, rest in commands:
        usage = subprocess.run([SAM, *command.split(), "--help"], capture_output=True, text=True, check=True)
        for option in re.findall(r"--[a-z-]+", rest):
            assert option in usage.stdout, f"{command} {option}"
