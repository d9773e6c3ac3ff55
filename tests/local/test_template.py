"""What the local stack reads from a template, in the sample and in the project."""

import json
from pathlib import Path

import pytest

from local import ROOT
from local.cloudformation import TemplateError
from local.template import Template, read_template


def read(text: str, tmp_path: Path) -> Template:
    (tmp_path / "template.yaml").write_text(text)
    return read_template(tmp_path / "template.yaml", "eu-central-1")


def test_parameters_take_their_defaults_and_pseudo_parameters_are_known(template: Template) -> None:
    environment = template.functions["ProbeFunction"].environment
    assert environment["GREETING"] == "local in test, $${not_this}"
    assert template.api.stage == "test"


def test_a_function_s_variables_override_the_globals(template: Template) -> None:
    environment = template.functions["ProbeFunction"].environment
    assert environment["REDIS_URL"] == "redis://nowhere"
    assert environment["PEER"] == "LimitedFunction"
    assert environment["PEER_ARN"] == "arn:aws:lambda:us-east-1:123456789012:function:LimitedFunction"


def test_a_boolean_is_written_as_cloudformation_writes_it(template: Template) -> None:
    assert template.functions["ProbeFunction"].environment["FLAG"] == "true"


def test_conditions_choose_values_and_resources(template: Template) -> None:
    assert template.functions["LimitedFunction"].reserved_concurrency == 2
    assert "AbsentFunction" not in template.functions


def test_asynchronous_events_have_lambda_s_default_settings(template: Template) -> None:
    probe, hasty = template.functions["ProbeFunction"], template.functions["HastyFunction"]
    assert (probe.retries, probe.event_age) == (2, 21_600)
    assert (hasty.retries, hasty.event_age) == (1, 60)


def test_a_rate_is_read_in_seconds(template: Template) -> None:
    assert [(it.function, it.period) for it in template.schedules] == [("TickFunction", 60)]


def test_binary_types_may_come_from_a_list(template: Template) -> None:
    assert template.api.binary_media_types == ("application/gzip", "image/*")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            "Resources: {A: {Type: 'AWS::Serverless::Function', Properties: {Handler: a.b}}}",
            "A has no Runtime",
        ),
        ("Outputs: {}", "template.yaml has no Resources"),
        ("Resources: [", "template.yaml: while parsing"),
    ],
)
def test_a_template_that_cannot_run_says_why(text: str, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=complaint):
        read(text, tmp_path)


def test_an_included_api_body_is_read_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts/api.yaml").write_text(
        "paths: {/x: {get: {x-amazon-apigateway-integration: {type: aws_proxy, uri: !Sub '${A.Arn}'}}}}"
    )
    function = {"Handler": "a.b", "Runtime": "python3.13", "CodeUri": "."}
    body = {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "parts/api.yaml"}}}
    resources = {
        "A": {"Type": "AWS::Serverless::Function", "Properties": function},
        "B": {"Type": "AWS::Serverless::Api", "Properties": {"DefinitionBody": body}},
    }
    (route,) = read(json.dumps({"Resources": resources}), tmp_path).api.routes
    assert (route.resource, route.target) == ("/x", "A")
    (tmp_path / "parts/api.yaml").unlink()
    with pytest.raises(TemplateError, match=r"api\.yaml"):
        read(json.dumps({"Resources": resources}), tmp_path)


def test_a_schedule_other_than_a_rate_is_refused(tmp_path: Path) -> None:
    event = {"Type": "Schedule", "Properties": {"Schedule": "cron(0)"}}
    properties = {"Handler": "a.b", "Runtime": "python3.13", "CodeUri": ".", "Events": {"E": event}}
    text = json.dumps({"Resources": {"A": {"Type": "AWS::Serverless::Function", "Properties": properties}}})
    with pytest.raises(TemplateError, match="cron"):
        read(text, tmp_path)


def test_the_projects_own_template_runs_five_functions_from_folders_that_exist() -> None:
    own = read_template(ROOT / "template.yaml", "us-east-1")
    assert set(own.functions) == {
        f"{it}Function" for it in ("Submit", "Status", "Health", "Worker", "Sweeper")
    }
    for function in own.functions.values():
        assert (function.code / f"{function.module}.py").is_file()
        assert all(layer.is_dir() for layer in function.layers)
    assert ROOT / "layers" / "solver" in own.functions["WorkerFunction"].layers
