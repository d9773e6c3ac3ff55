"""Gives Milkrun's handlers the harness's pace: its own lease and its own waits. Imported before a handler."""

import os
from dataclasses import replace
from functools import cache

from milkrun import settings


@cache
def get_settings() -> settings.Settings:
    """The settings of the environment, at the pace that the harness asks for."""
    given = settings.Settings.from_env(os.environ)
    lease, redispatch = float(os.environ["FAULTS_LEASE"]), float(os.environ["FAULTS_REDISPATCH"])
    return replace(given, jobs=replace(given.jobs, lease=lease, redispatch=redispatch))


settings.get_settings = get_settings
