"""The numbers of a vehicle's `driver_rules`, whether from a preset or given."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from milkrun.schema import driver_rules as schema

_MINUTE, _HOUR = 60, 3_600


@dataclass(frozen=True, slots=True)
class DriverRules:
    """What a driver must keep in one duty period, in seconds. None: no limit.

    Attributes:
        driving_before_break: The longest driving without a break.
        break_length: How long a break lasts at least; 0 if `driving_before_break` is None.
        parts: Two shorter breaks that count as one in this order; empty if there is no such choice.
        driving: The longest driving in all.
        duty: The longest time from the beginning to the end of duty.
        driven, on_duty: Driving and duty before the route starts.
        driven_since_break: Driving since the last break before the route starts.
        waiting_is_break: Whether waiting counts as a break if it is long enough.
    """

    driving_before_break: int | None
    break_length: int
    parts: tuple[int, ...]
    driving: int | None
    duty: int | None
    driven: int = 0
    on_duty: int = 0
    driven_since_break: int = 0
    waiting_is_break: bool = False

    @property
    def driving_left(self) -> int | None:
        """The longest driving on the route."""
        return None if self.driving is None else max(0, self.driving - self.driven)

    @property
    def duty_left(self) -> int | None:
        """How long the route may last."""
        return None if self.duty is None else max(0, self.duty - self.on_duty)


_PRESETS: Mapping[schema.DriverPreset, DriverRules] = {
    "eu-561": DriverRules(
        driving_before_break=270 * _MINUTE,
        break_length=45 * _MINUTE,
        parts=(15 * _MINUTE, 30 * _MINUTE),
        driving=9 * _HOUR,
        duty=None,
    ),
    "us-hos": DriverRules(
        driving_before_break=8 * _HOUR,
        break_length=30 * _MINUTE,
        parts=(),
        driving=11 * _HOUR,
        duty=14 * _HOUR,
    ),
}
_EXTENDED = 10 * _HOUR


def driver_rules_of(given: schema.DriverRules) -> DriverRules:
    """The numbers of rules that have passed the checks at submit."""
    limits = _limits(given)
    before, since = limits.driving_before_break, given.driven_since_break
    if since is None:
        since = given.driven if before is None else min(given.driven, before)
    return replace(
        limits,
        driven=given.driven,
        on_duty=given.driven if given.on_duty is None else given.on_duty,
        driven_since_break=since,
        waiting_is_break=given.waiting_is_break,
    )


def _limits(given: schema.DriverRules) -> DriverRules:
    if given.preset is not None:
        preset = _PRESETS[given.preset]
        return replace(preset, driving=_EXTENDED) if given.extended else preset
    return DriverRules(
        driving_before_break=given.max_driving_before_break,
        break_length=given.break_duration or 0,
        parts=tuple(given.break_parts),
        driving=given.max_driving,
        duty=given.max_duty,
    )
