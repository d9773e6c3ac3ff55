"""Places and lengths in a file that may be anything."""

MOST_METRES = 40_100_000.0
"""No road is longer: once around the Earth."""


def check_place(place: tuple[float, float]) -> None:
    """Raises ValueError where a place is no longitude and latitude in degrees."""
    longitude, latitude = place
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise ValueError(f"({longitude:g}, {latitude:g}) is no longitude and latitude in degrees")
