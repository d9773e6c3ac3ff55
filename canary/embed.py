"""Copies the canary's script into its template; `make infrastructure` runs it.

`sam deploy` uploads the code of functions and layers, but not of canaries (SAM CLI 1.170). A test fails if
the script and the template differ.
"""

import re
from pathlib import Path

HERE = Path(__file__).parent
SCRIPT, TEMPLATE = HERE / "milkrun_canary.py", HERE.parent / "infrastructure/canary.yaml"
_BLOCK = re.compile(r"^( *)Script: \|\n(?:(?:\1 +\S.*)?\n)+", re.MULTILINE)


def embed(template: str, script: str) -> str:
    """The template with the script as its only `Script`."""

    def block(found: re.Match[str]) -> str:
        lines = [f"{found[1]}  {line}" if line.strip() else line for line in script.splitlines(keepends=True)]
        return f"{found[1]}Script: |\n{''.join(lines)}"

    embedded, count = _BLOCK.subn(block, template)
    if count != 1:
        raise ValueError(f"expected one Script in the template, found {count}")
    return embedded


if __name__ == "__main__":
    TEMPLATE.write_text(embed(TEMPLATE.read_text(), SCRIPT.read_text()))
