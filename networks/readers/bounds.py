"""What locations and lengths in a file can be."""

MOST_METRES = 40_100_000.0
"""Once around the Earth: no road is longer."""


def check_place(place: tuple[float, float]) -> None:
    """Raises ValueError if a place is not a longitude and latitude in degrees."""
    longitude, latitude = place
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise ValueError(f"({longitude:g}, {latitude:g}) is not a longitude and latitude in degrees")
