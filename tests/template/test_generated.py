"""What is generated: it is what its sources make, in a form that AWS takes."""

import pytest
import yaml

from infrastructure.__main__ import GENERATED, documents


@pytest.mark.parametrize("name", sorted(documents()))
def test_what_is_generated_is_what_its_sources_make_of_it(name: str) -> None:
    assert (GENERATED / name).read_text() == documents()[name], "`make infrastructure` writes it anew"


def test_nothing_else_is_among_what_is_generated() -> None:
    assert {path.name for path in GENERATED.iterdir()} == documents().keys()


def test_the_included_body_has_neither_short_forms_nor_aliases() -> None:
    """AWS::Include takes neither."""
    tokens = {type(token) for token in yaml.scan((GENERATED / "api.yaml").read_text())}
    assert yaml.ScalarToken in tokens
    assert not tokens & {yaml.TagToken, yaml.AnchorToken, yaml.AliasToken}
