"""The project's template with changes."""

from pathlib import Path

from local import ROOT


def changed_template(folder: Path, *changes: tuple[str, str]) -> Path:
    """A changed copy in `folder`. Each change is an old text, which must occur exactly once, and a new
    one."""
    text = (ROOT / "template.yaml").read_text()
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    for part in ("functions", "infrastructure", "layers"):
        (folder / part).symlink_to(ROOT / part)
    template = folder / "template.yaml"
    template.write_text(text)
    return template
