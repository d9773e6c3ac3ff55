"""The stack as CloudFormation makes it with given parameters, including nested stacks."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.cloudformation import Resolver, load

ROOT = Path(__file__).parents[1]
NESTED = "AWS::CloudFormation::Stack"

Template = Mapping[str, Any]
Resources = dict[str, dict[str, Any]]
Parameters = dict[str, str]


@dataclass(frozen=True)
class Deployment:
    """The resources that exist with given parameters, including those of nested stacks.

    Conditions are evaluated, and a reference is the name of its resource. `conditions` are by name; a
    nested stack's conditions have names such as `CanaryStack.HasToken`.
    """

    resources: Resources
    conditions: dict[str, bool]

    def properties(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.resources[name].get("Properties", {})
        return found

    def of_type(self, kind: str) -> Resources:
        """The properties of the resources of a type, by logical id."""
        return {name: self.properties(name) for name, it in self.resources.items() if it["Type"] == kind}


def nested_templates(root: Template) -> dict[str, dict[str, Any]]:
    """The template of each nested stack, by the stack's logical id."""
    return {
        name: load(ROOT / it["Properties"]["TemplateURL"])
        for name, it in root["Resources"].items()
        if it["Type"] == NESTED
    }


def all_resources(root: Template) -> Resources:
    """The resources of all templates, as written there."""
    found = dict(root["Resources"])
    for nested in nested_templates(root).values():
        assert not nested["Resources"].keys() & found.keys()
        found |= nested["Resources"]
    return found


def deployment(root: Template, parameters: Parameters, region: str) -> Deployment:
    """What a root template makes with these parameters."""
    stack = _Stack(root, parameters, region)
    resources, conditions = dict(stack.resources), dict(stack.conditions)
    outputs: dict[str, str] = {}
    for name, template in nested_templates(root).items():
        if name in stack.resources:
            nested = _Stack(template, stack.resources[name]["Properties"]["Parameters"], region)
            resources |= nested.resources
            conditions |= {f"{name}.{condition}": holds for condition, holds in nested.conditions.items()}
            outputs |= {f"{name}.Outputs.{key}": it["Value"] for key, it in nested.outputs.items()}
    return Deployment(_with_outputs(resources, outputs), conditions)


class _Stack:
    """One template with its parameters."""

    def __init__(self, template: Template, parameters: Parameters, region: str) -> None:
        resolver = Resolver(template, region, parameters)
        self.resources, self.outputs = (
            {name: resolver.resolve(it) for name, it in template[section].items() if resolver.exists(it)}
            for section in ("Resources", "Outputs")
        )
        self.conditions = {
            name: resolver.exists({"Condition": name}) for name in template.get("Conditions", {})
        }


def _with_outputs(value: Any, outputs: Mapping[str, str]) -> Any:
    """`value` with references to nested stacks replaced by those stacks' outputs.

    Raises:
        KeyError: A nested stack has no such output.
    """
    if isinstance(value, str):
        return re.sub(r"\w+\.Outputs\.\w+", lambda reference: outputs[reference[0]], value)
    if isinstance(value, list):
        return [_with_outputs(item, outputs) for item in value]
    if isinstance(value, dict):
        return {key: _with_outputs(item, outputs) for key, item in value.items()}
    return value
