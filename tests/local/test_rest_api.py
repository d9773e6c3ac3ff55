"""What the local stack reads from an API's body, in the sample and in the project."""

import pytest

from local import ROOT
from local.cloudformation import TemplateError
from local.rest_api import FixedAnswer, Route, read_api
from local.template import Template, read_template

from .conftest import SAMPLE


def test_routes_name_method_resource_and_function(template: Template) -> None:
    assert set(template.api.routes) == {
        Route("POST", "/things", "ProbeFunction"),
        Route("ANY", "/things/{id}", "ProbeFunction"),
        Route("GET", "/things/fixed", "ProbeFunction"),
        Route("GET", "/files/{rest+}", "ProbeFunction"),
    }


def test_a_fixed_answer_is_a_route_if_its_condition_holds() -> None:
    parameters = {"CorsAllowOrigin": "https://a.example", "NoParameter": "x"}
    api = read_template(SAMPLE / "template.yaml", "us-east-1", parameters).api
    (preflight,) = [route for route in api.routes if route.method == "OPTIONS"]
    assert isinstance(preflight.target, FixedAnswer)
    assert preflight.target.status == 204
    assert preflight.target.headers["Access-Control-Allow-Origin"] == "'https://a.example'"


@pytest.mark.parametrize("integration", [{}, {"type": "aws_proxy"}, {"type": "http", "uri": "http://x"}])
def test_a_route_that_leads_nowhere_is_refused(integration: dict[str, str]) -> None:
    method = {"x-amazon-apigateway-integration": integration}
    with pytest.raises(TemplateError, match="GET /x leads neither"):
        read_api({"DefinitionBody": {"paths": {"/x": {"get": method}}}})


def test_the_projects_own_api_leads_to_three_functions() -> None:
    api = read_template(ROOT / "template.yaml", "us-east-1").api
    assert {route.target for route in api.routes} == {"SubmitFunction", "StatusFunction", "HealthFunction"}
    assert api.responses["MISSING_AUTHENTICATION_TOKEN"].status == 404
