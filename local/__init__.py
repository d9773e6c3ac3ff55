"""The whole of Milkrun on one machine: gateway, Lambda service, schedule, and the real data stores."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".local" / "cache"
