"""Gives Milkrun's handlers the harness's lease and waits. Must be imported before a handler."""

import os
from dataclasses import replace
from functools import cache

from milkrun import settings


@cache
def get_settings() -> settings.Settings:
    """The settings of the environment, with the pace that the harness sets."""
    given = settings.Settings.from_env(os.environ)
    lease, redispatch = float(os.environ["FAULTS_LEASE"]), float(os.environ["FAULTS_REDISPATCH"])
    return replace(given, jobs=replace(given.jobs, lease=lease, redispatch=redispatch))


settings.get_settings = get_settings
