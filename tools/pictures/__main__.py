"""`python -m tools.pictures` draws the pictures and tables of docs/architecture.md anew."""

from pathlib import Path

from tools.pictures.architecture import redrawn

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "architecture.md"

if __name__ == "__main__":
    PAGE.write_text(redrawn(PAGE.read_text(), ROOT))
