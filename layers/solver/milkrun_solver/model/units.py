"""The units in which times and costs are counted: VROOM's, so that costs are its own."""

HUNDREDTHS = 100
"""Units of time per second. VROOM counts hundredths, so that a speed factor keeps two digits."""
DISTANCE_COST = 360
"""Cost of one metre at one cost unit per km, in VROOM's internal unit: 1/360,000 of a cost unit."""
COST_UNIT = 360_000
"""VROOM's internal units per cost unit: hundredths per second times seconds per hour."""
