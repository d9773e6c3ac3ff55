"""A document as YAML that people read, too."""

from typing import Any

import yaml

from tools.openapi.schemas import Json

_HEADING = "# Written by `make openapi`, from the handlers, the models and template.yaml.\n"


def as_yaml(document: Json) -> str:
    """The document as text, the same for the same document."""
    text: str = yaml.dump(
        document, Dumper=_Dumper, default_flow_style=None, sort_keys=False, allow_unicode=True, width=110
    )
    return _HEADING + text


class _Dumper(yaml.SafeDumper):
    """Writes what stands in two places twice, since not every reader of OpenAPI knows YAML's anchors, and a
    text of several lines in as many."""

    def ignore_aliases(self, _: Any) -> bool:
        return True

    def represent_text(self, text: str) -> yaml.ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:str", text, "|" if "\n" in text else None)


_Dumper.add_representer(str, _Dumper.represent_text)
