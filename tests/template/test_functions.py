"""The functions: their code, settings, logs, and what happens to their failures."""

import ast
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from milkrun.settings import Settings

from .conftest import ROOT, Resources

SET_BY_LAMBDA = {"AWS_LAMBDA_FUNCTION_NAME"}
SET_BY_SAM_LOCAL = {"AWS_SAM_LOCAL"}
READ_BY_OTHERS = {"AWS_ENDPOINT_URL_LAMBDA"}
INVOKERS = {"SubmitFunction", "SweeperFunction"}
USERS_OF_NEO4J = {"HealthFunction", "WorkerFunction"}


class RecordingEnvironment(Mapping[str, str]):
    """An empty environment that remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


@pytest.fixture(scope="module")
def settings_names() -> set[str]:
    environment = RecordingEnvironment()
    Settings.from_env(environment)
    return environment.asked


def variables(lambdas: Resources, name: str) -> dict[str, Any]:
    values: dict[str, Any] = lambdas[name]["Environment"]["Variables"]
    return values


def resource_behind(reference: Any, translated: dict[str, Any]) -> dict[str, Any]:
    """The resource that a Ref or GetAtt names."""
    name = reference["Ref"] if "Ref" in reference else reference["Fn::GetAtt"][0]
    resource: dict[str, Any] = translated["Resources"][name]
    return resource


def test_there_are_the_five_functions(functions: Resources) -> None:
    assert set(functions) == {
        f"{name}Function" for name in ("Submit", "Status", "Health", "Worker", "Sweeper")
    }


def test_every_handler_is_a_function_in_a_file_that_exists(functions: Resources) -> None:
    for properties in functions.values():
        module, name = properties["Handler"].split(".")
        source = (ROOT / properties["CodeUri"] / f"{module}.py").read_text()
        defined = {node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
        assert name in defined


def test_only_the_worker_carries_the_solver(template: dict[str, Any], functions: Resources) -> None:
    assert template["Globals"]["Function"]["Layers"] == [{"Ref": "CoreLayer"}]
    added = {name: properties["Layers"] for name, properties in functions.items() if "Layers" in properties}
    assert added == {"WorkerFunction": [{"Ref": "SolverLayer"}]}


def test_every_function_is_traced_and_runs_where_its_layers_were_built_for(lambdas: Resources) -> None:
    for properties in lambdas.values():
        assert properties["TracingConfig"] == {"Mode": "Active"}
        assert properties["Runtime"] == "python3.13"
        assert properties["Architectures"] == ["x86_64"]


def test_every_setting_can_be_set(lambdas: Resources, settings_names: set[str]) -> None:
    declared = {variable for name in lambdas for variable in variables(lambdas, name)}
    assert settings_names - SET_BY_LAMBDA - SET_BY_SAM_LOCAL <= declared


def test_nothing_is_set_that_nobody_reads(lambdas: Resources, settings_names: set[str]) -> None:
    for name in lambdas:
        set_here = {v for v in variables(lambdas, name) if not v.startswith("POWERTOOLS_")}
        assert set_here <= settings_names | READ_BY_OTHERS


def test_a_setting_left_alone_is_the_same_in_the_template_and_in_the_code(
    template: dict[str, Any], lambdas: Resources
) -> None:
    defaults = {name: str(parameter["Default"]) for name, parameter in template["Parameters"].items()}
    environment = {
        variable: defaults[value["Ref"]] if isinstance(value, dict) else value
        for variable, value in variables(lambdas, "WorkerFunction").items()
    }
    assert Settings.from_env(environment) == Settings.from_env({})


def test_whoever_starts_workers_knows_their_name(lambdas: Resources) -> None:
    named = {name for name in lambdas if "WORKER_FUNCTION" in variables(lambdas, name)}
    assert named == INVOKERS
    for name in named:
        assert variables(lambdas, name)["WORKER_FUNCTION"] == {"Ref": "WorkerFunction"}


def test_only_functions_that_use_neo4j_have_its_password(
    lambdas: Resources, template: dict[str, Any]
) -> None:
    assert {name for name in lambdas if "NEO4J_PASSWORD" in variables(lambdas, name)} == USERS_OF_NEO4J
    assert template["Parameters"]["Neo4jPassword"]["NoEcho"] is True


def test_every_function_logs_json_to_a_group_of_its_own_that_forgets(
    lambdas: Resources, translated: dict[str, Any]
) -> None:
    groups = {name: properties["LoggingConfig"]["LogGroup"]["Ref"] for name, properties in lambdas.items()}
    assert len(set(groups.values())) == len(lambdas)
    for name, group in groups.items():
        assert lambdas[name]["LoggingConfig"]["LogFormat"] == "JSON"
        assert "RetentionInDays" in translated["Resources"][group]["Properties"]


def test_lambda_retries_no_event_that_the_sweeper_sends_anew(functions: Resources) -> None:
    for name in ("WorkerFunction", "SweeperFunction"):
        assert functions[name]["EventInvokeConfig"]["MaximumRetryAttempts"] == 0


def test_failed_worker_events_end_in_an_encrypted_queue(
    functions: Resources, translated: dict[str, Any]
) -> None:
    destination = functions["WorkerFunction"]["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]
    queue = resource_behind(destination["Destination"], translated)
    assert queue["Type"] == "AWS::SQS::Queue"
    assert queue["Properties"]["SqsManagedSseEnabled"] is True


def test_the_guard_against_endless_chains_of_workers_is_on(lambdas: Resources) -> None:
    assert lambdas["WorkerFunction"]["RecursiveLoop"] == "Terminate"


def test_the_sweeper_runs_every_minute(functions: Resources) -> None:
    (event,) = functions["SweeperFunction"]["Events"].values()
    assert event == {"Type": "Schedule", "Properties": {"Schedule": "rate(1 minute)"}}
