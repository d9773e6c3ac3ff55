"""`python -m tools.pictures` draws the pictures of docs/architecture.md anew."""

from pathlib import Path

from tools.pictures.architecture import pictures, redrawn

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "architecture.md"

if __name__ == "__main__":
    PAGE.write_text(redrawn(PAGE.read_text(), pictures(ROOT)))
