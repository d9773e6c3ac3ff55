"""Generated files equal what their sources generate, in a form that AWS accepts."""

import pytest
import yaml

from infrastructure.__main__ import GENERATED, documents


@pytest.mark.parametrize("name", sorted(documents()))
def test_generated_files_equal_what_their_sources_generate(name: str) -> None:
    assert (GENERATED / name).read_text() == documents()[name], "`make infrastructure` writes it anew"


def test_the_folder_holds_only_generated_files() -> None:
    assert {path.name for path in GENERATED.iterdir()} == documents().keys()


def test_the_included_body_has_neither_short_forms_nor_aliases() -> None:
    """AWS::Include accepts neither."""
    tokens = {type(token) for token in yaml.scan((GENERATED / "api.yaml").read_text())}
    assert yaml.ScalarToken in tokens
    assert not tokens & {yaml.TagToken, yaml.AnchorToken, yaml.AliasToken}
