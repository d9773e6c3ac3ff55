"""How long the driver of a vehicle may drive and work, and the breaks in between."""

from typing import Annotated, Literal

from pydantic import Field

from milkrun.schema.fields import MAX_UINT32, Listed, Model, Seconds
from milkrun.schema.two_ways import empty

SomeSeconds = Annotated[int, Field(ge=1, le=MAX_UINT32)]
DriverPreset = Literal["eu-561", "us-hos"]


class DriverRules(Model):
    """Limits for one duty period, in seconds: those of a preset, or one's own. It places no daily rest.

    Attributes:
        preset: `eu-561` for Regulation (EC) No 561/2006, `us-hos` for 49 CFR 395.3.
        extended: With `eu-561`: 10 hours of driving instead of 9.
        max_driving_before_break: The longest driving without a break.
        break_duration: How long a break lasts at least.
        break_parts: Two shorter breaks that count as one if they are taken in this order.
        max_driving: The longest driving in all.
        max_duty: The longest time from the beginning to the end of duty, with all breaks and waiting.
        driven: Driving before the route starts.
        on_duty: Time on duty before the route starts. None: `driven`.
        driven_since_break: Driving since the last break before the route starts. None: `driven`, but no more
            than `max_driving_before_break`.
        waiting_is_break: Whether waiting counts as a break if it is long enough.
    """

    preset: DriverPreset | None = None
    extended: bool = False
    max_driving_before_break: SomeSeconds | None = None
    break_duration: SomeSeconds | None = None
    break_parts: Listed[SomeSeconds] = empty(list)
    max_driving: Seconds | None = None
    max_duty: Seconds | None = None
    driven: Seconds = 0
    on_duty: Seconds | None = None
    driven_since_break: Seconds | None = None
    waiting_is_break: bool = False
