"""Reads CloudFormation documents: YAML with short tags, and the intrinsic functions that templates use."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ACCOUNT = "123456789012"
_STACK_UUID = "5e1f0c4a-0000-4000-8000-000000000000"
NO_VALUE = object()
_VARIABLE = re.compile(r"\$\{(!?)([^}]+)\}")


class TemplateError(Exception):
    """The local stack cannot read the template."""


class _Loader(yaml.SafeLoader):
    """Reads `!Tag value` as its long form, `{"Fn::Tag": value}`."""


def _construct_tag(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _construct_tag)


def load(path: Path) -> dict[str, Any]:
    """The template at `path`, with short tags in their long form and the files of AWS::Include in place.

    Raises TemplateError if the template or an included file is not YAML.
    """
    document = parse(path)
    if not isinstance(document, dict) or "Resources" not in document:
        raise TemplateError(f"{path.name} has no Resources")
    included: dict[str, Any] = include(document, path.parent)
    return included


def parse(path: Path) -> Any:
    """The content of the file at `path`, with short tags in their long form.

    Raises TemplateError if it is not YAML.
    """
    try:
        return yaml.load(path.read_text(), Loader=_Loader)  # noqa: S506 (a SafeLoader)
    except (OSError, yaml.YAMLError) as error:
        raise TemplateError(f"{path.name}: {error}") from error


def include(value: Any, folder: Path) -> Any:
    """`value` with the files that its AWS::Include names, relative to `folder`."""
    match value:
        case {"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": location}}}:
            return parse(folder / location)
        case dict():
            return {key: include(item, folder) for key, item in value.items()}
        case list():
            return [include(item, folder) for item in value]
    return value


class Resolver:
    """Resolves a document's values as a deployment would.

    A parameter has its value in `parameters`, or else its default. Other names in `parameters` are ignored.
    """

    def __init__(
        self, document: Mapping[str, Any], region: str, parameters: Mapping[str, str] | None = None
    ) -> None:
        self._document = document
        self._given = parameters or {}
        self._pseudo = {
            "AWS::Region": region,
            "AWS::AccountId": ACCOUNT,
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
            "AWS::StackName": "local",
            "AWS::StackId": f"arn:aws:cloudformation:{region}:{ACCOUNT}:stack/local/{_STACK_UUID}",
            "AWS::NoValue": NO_VALUE,
        }

    def exists(self, resource: Mapping[str, Any]) -> bool:
        """Whether a resource has no Condition, or its Condition holds."""
        return "Condition" not in resource or self._condition(resource["Condition"])

    def resolve(self, value: Any) -> Any:
        """`value` with its intrinsic functions evaluated, without references to AWS::NoValue."""
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            name, argument = next(iter(value.items()))
            if name == "Ref" or name.startswith("Fn::"):
                return self._intrinsic(name.removeprefix("Fn::"), argument)
        resolved = {key: self.resolve(item) for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item is not NO_VALUE}

    def _intrinsic(self, name: str, argument: Any) -> Any:
        match name, argument:
            case "Ref", str():
                return self._ref(argument)
            case "Sub", str():
                return self._sub(argument, {})
            case "Sub", [str() as text, dict() as variables]:
                return self._sub(text, self.resolve(variables))
            case "GetAtt", [str() as resource, str() as attribute]:
                return self._attribute(resource, attribute)
            case "If", [str() as condition, when_true, when_false]:
                return self.resolve(when_true if self._condition(condition) else when_false)
            case "Join", [str() as separator, parts]:
                return separator.join(map(str, self.resolve(parts)))
            case "Select", [index, parts]:
                return self.resolve(parts)[int(index)]
            case "Split", [str() as separator, text]:
                return str(self.resolve(text)).split(separator)
            case "FindInMap", [table, row, column, *_]:
                row, column = str(self.resolve(row)), str(self.resolve(column))
                return self.resolve(self._document["Mappings"][self.resolve(table)][row][column])
            case "Equals" | "Not" | "And" | "Or", _:
                return self._condition({f"Fn::{name}": argument})
        # Known only in a deployment (ImportValue, GetAZs, …), and nothing here reads it.
        return f"{name}({argument})"

    def _ref(self, name: str) -> Any:
        if name in self._pseudo:
            return self._pseudo[name]
        parameters = self._document.get("Parameters", {})
        if name in parameters:
            value = self._given.get(name, parameters[name].get("Default", ""))
            is_list = "List" in parameters[name].get("Type", "String")
            return [item for item in str(value).split(",") if item] if is_list else value
        resource, dot, attribute = name.partition(".")
        return self._attribute(resource, attribute) if dot else name

    def _attribute(self, resource: str, attribute: str) -> str:
        kind = self._document["Resources"].get(resource, {}).get("Type", "")
        if kind == "AWS::Serverless::Function" and attribute in ("Arn", "Alias"):
            arn = f"arn:aws:lambda:{self._pseudo['AWS::Region']}:{ACCOUNT}:function:{resource}"
            return arn if attribute == "Arn" else f"{arn}:live"
        return f"{resource}.{attribute}"

    def _sub(self, text: str, variables: Mapping[str, Any]) -> str:
        def replacement(match: re.Match[str]) -> str:
            literal, name = match.groups()
            if literal:
                return f"${{{name}}}"
            if name in variables:
                return str(variables[name])
            resource, dot, attribute = name.partition(".")
            return str(self._attribute(resource, attribute) if dot else self._ref(name))

        return _VARIABLE.sub(replacement, text)

    def _condition(self, condition: Any) -> bool:
        if isinstance(condition, str):
            return self._condition(self._document["Conditions"][condition])
        name, argument = next(iter(condition.items()))
        match name.removeprefix("Fn::"):
            case "Condition":
                return self._condition(argument)
            case "Equals":
                first, second = self.resolve(argument)
                return str(first) == str(second)
            case "Not":
                return not self._condition(argument[0])
            case "And":
                return all(map(self._condition, argument))
            case "Or":
                return any(map(self._condition, argument))
            case "Contains":  # in Rules only
                strings, value = self.resolve(argument)
                return str(value) in map(str, strings)
        raise TemplateError(f"unknown condition function {name}")
