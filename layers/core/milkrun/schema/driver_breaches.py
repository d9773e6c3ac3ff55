"""Rules of `driver_rules` that span several of its fields."""

from collections.abc import Iterator

from milkrun.schema.driver_rules import DriverRules
from milkrun.schema.paths import Breach, Path

_OWN_LIMITS = ("max_driving_before_break", "break_duration", "break_parts", "max_driving", "max_duty")
_PARTS = 2


def driver_breaches(path: Path, rules: DriverRules) -> Iterator[Breach]:
    """All broken rules of the `driver_rules` at this path."""
    if rules.preset is None:
        yield from _own(path, rules)
    else:
        for key in _OWN_LIMITS:
            if getattr(rules, key) not in (None, []):
                yield Breach((*path, key), "cannot be combined with `preset`")
    if rules.extended and rules.preset != "eu-561":
        yield Breach((*path, "extended"), "is allowed only with the preset 'eu-561'")
    if rules.on_duty is not None and rules.on_duty < rules.driven:
        yield Breach((*path, "on_duty"), "is less than `driven`, but driving is duty")
    if rules.driven_since_break is not None and rules.driven_since_break > rules.driven:
        yield Breach((*path, "driven_since_break"), "is more than `driven`")


def _own(path: Path, rules: DriverRules) -> Iterator[Breach]:
    if rules.max_driving_before_break is None and rules.max_driving is None and rules.max_duty is None:
        keys = "`max_driving_before_break`, `max_driving` or `max_duty`"
        yield Breach(path, f"needs a `preset`, or limits of your own: {keys}")
    if rules.max_driving_before_break is not None and rules.break_duration is None:
        yield Breach((*path, "break_duration"), "is required with `max_driving_before_break`")
    for key in ("break_duration", "break_parts", "driven_since_break"):
        if getattr(rules, key) and rules.max_driving_before_break is None:
            yield Breach((*path, key), "is allowed only with `max_driving_before_break`")
    if rules.break_parts and len(rules.break_parts) != _PARTS:
        yield Breach((*path, "break_parts"), "must have two entries, in the order in which they are taken")
    for i, part in enumerate(rules.break_parts):
        if rules.break_duration is not None and part >= rules.break_duration:
            yield Breach((*path, "break_parts", i), "must be less than `break_duration`")
