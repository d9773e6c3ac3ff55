"""docs/operations.md agrees with alarms, metrics, parameters and AWS's own commands."""

import ast
import re
import subprocess
from typing import Any

import jmespath
import pytest
from botocore import xform_name
from botocore.session import Session

from milkrun.http.identity import owner_of
from milkrun.observability import UNITS
from tests.nonempty import nonempty
from tests.stacks import Resources

from .conftest import ROOT

CLI_NAMES = {"deploy": "codedeploy"}
"""Services whose name on the command line differs from that of their API."""
GLOBAL_OPTIONS = {"query", "output", "cli-binary-format"}
NAMES_OF_PARTS = re.compile(r"\bresource ([A-Za-z]+)")


@pytest.fixture(scope="module")
def page() -> str:
    return (ROOT / "docs/operations.md").read_text()


@pytest.fixture(scope="module")
def entries(page: str) -> dict[str, str]:
    """The text under each alarm's heading; alarms under one heading share it."""
    found: dict[str, str] = {}
    for headings, text in re.findall(r"((?:^### \w+\n)+)(.*?)(?=^#|\Z)", page, re.MULTILINE | re.DOTALL):
        found |= dict.fromkeys(re.findall(r"### (\w+)", headings), text)
    return found


def shell(page: str) -> list[str]:
    """Blocks of commands, and commands within sentences."""
    blocks = re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    return blocks + re.findall(r"`(aws [^`]*)`", page)


def test_every_alarm_has_an_entry_and_every_entry_its_alarm(
    entries: dict[str, str], parts: Resources
) -> None:
    alarms = {name for name, it in parts.items() if it["Type"] == "AWS::CloudWatch::Alarm"}
    assert entries.keys() == alarms


def test_every_entry_says_what_it_means_and_what_to_do(entries: dict[str, str]) -> None:
    for name, text in nonempty(entries.items()):
        assert "**Means**" in text, name
        assert re.search(r"\*\*(Look and do|Do)\*\*", text), name


def rows(page: str, header: str) -> list[list[str]]:
    (table,) = re.findall(rf"^\| {header} \|.*\n\|[-:|]+\n((?:\|.*\n)+)", page, re.MULTILINE)
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in table.splitlines()]


def test_every_metric_is_explained_with_its_unit(page: str) -> None:
    told = {name: unit for name, unit, _ in rows(page, "metric")}
    assert told == {name: unit.value for name, unit in UNITS.items()}


def test_the_last_metrics_of_the_table_are_the_sweeper_s(page: str) -> None:
    source = ast.parse((ROOT / "layers/core/milkrun/runs/sweep.py").read_text())
    measured = {
        ast.literal_eval(call.args[0])
        for call in ast.walk(source)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "measure"
    }
    assert len(measured) == 8
    assert "Every sweep reports the last eight" in page
    assert {name for name, *_ in rows(page, "metric")[-8:]} <= measured | {"RunsExpired"}


def test_every_resource_that_it_names_exists(page: str, template: dict[str, Any]) -> None:
    named = {name for text in [page, *shell(page)] for name in NAMES_OF_PARTS.findall(text)}
    assert len(named) > 5
    assert named <= template["Resources"].keys()


def test_every_parameter_that_it_names_exists(page: str, template: dict[str, Any]) -> None:
    limits = page[page.index("## Raise limits") :].partition("\n# ")[0]
    named = set(re.findall(r"`([A-Z][A-Za-z]+)`", limits))
    assert len(named) > 8
    assert named <= template["Parameters"].keys()


def test_every_code_that_it_names_exists(page: str) -> None:
    contract = (ROOT / "docs/openapi.yaml").read_text()
    for code in nonempty(re.findall(r"\b(?:4\d\d|50\d) `(\w+)`", page)):
        assert code in contract, code


def test_every_link_works(page: str) -> None:
    for file, anchor in nonempty(re.findall(r"\]\(([\w./]*)#([\w-]+)\)", page)):
        text = (ROOT / "docs" / file).read_text() if file else page
        headings = {
            re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-")
            for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)
        }
        assert anchor in headings | set(re.findall(r'<a id="([\w-]+)">', text)), (file, anchor)


def commands(page: str) -> list[list[str]]:
    """Every call of the AWS CLI as a list of words."""
    text = "\n".join(shell(page)).replace("\\\n", " ")
    text = re.sub(r"\$\(for .*? done\)|'\"\$\w+\"'", "WORD", text)
    calls = re.findall(r"\baws [a-z-]+ [a-z-]+(?:[^\n]|\n(?=.*'}'))*", text)
    return [call.split() for call in calls]


def test_there_are_commands(page: str) -> None:
    assert len(commands(page)) > 15


def test_every_command_and_option_exists(page: str) -> None:
    session = Session()
    for _, service, operation, *words in nonempty(commands(page)):
        model = session.get_service_model(CLI_NAMES.get(service, service))
        operations = {xform_name(name, "-"): name for name in model.operation_names}
        assert operation in operations, (service, operation)
        shape = model.operation_model(operations[operation]).input_shape
        known = {xform_name(member, "-") for member in (shape.members if shape else ())} | GLOBAL_OPTIONS
        used = {word.strip("`'\");,").removeprefix("--") for word in words if re.match(r"--[a-z]", word)}
        known |= {f"no-{option}" for option in known}
        assert used <= known, (service, operation, used - known)


def test_every_choice_from_an_answer_can_be_read(page: str) -> None:
    text = "\n".join(shell(page))
    choices = re.findall(r"""--query '([^']*)'|--query "([^"]*)"|--query (\w\S*)""", text)
    assert len(choices) > 8
    for choice in choices:
        jmespath.compile("".join(choice))


@pytest.mark.parametrize(
    ("kind", "context"),
    [
        ("iam", {"identity": {"userArn": "arn:aws:sts::123456789012:assumed-role/order-service/operator"}}),
        ("jwt", {"authorizer": {"issuer": "https://issuer.example.com", "subject": "subject"}}),
    ],
)
def test_the_hash_of_a_caller_is_made_as_the_code_makes_it(
    page: str, kind: str, context: dict[str, Any]
) -> None:
    (line,) = re.findall(rf"^(printf '\[\"{kind}\".*)$", page, re.MULTILINE)
    told = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True).stdout.strip()
    assert told == owner_of({"requestContext": context}, local=False)
