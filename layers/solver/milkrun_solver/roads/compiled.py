"""A compiled network: a road network as arrays, which is all that a worker reads."""

import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int32]

PROFILES = ("car", "bike", "foot")


@dataclass(frozen=True, eq=False)
class CompiledNetwork:
    """n junctions and m directed roads; the roads that leave junction i are `first_road[i]:first_road[i+1]`.

    Attributes:
        longitude: Of each junction, degrees, WGS 84 [n].
        latitude: Of each junction, degrees, WGS 84 [n].
        first_road: Where the roads of each junction begin [n+1].
        target: The junction each road leads to [m].
        metres: Length of each road [m].
        seconds: By profile, the time each road takes [m]; infinite where the profile may not use it.
        shape_start: Where the shape of each road begins in `shapes` [m+1].
        shapes: Encoded polylines (precision 6) of the points between the ends of each road, without the
            ends, one after the other; empty where a road is straight.
    """

    longitude: Floats
    latitude: Floats
    first_road: Integers
    target: Integers
    metres: Floats
    seconds: Mapping[str, Floats]
    shape_start: npt.NDArray[np.int64]
    shapes: bytes

    def to_bytes(self) -> bytes:
        """The network as a compressed NumPy archive, which `from_bytes` reads."""
        arrays: dict[str, Any] = {
            "longitude": self.longitude,
            "latitude": self.latitude,
            "first_road": self.first_road,
            "target": self.target,
            "metres": self.metres,
            "shape_start": self.shape_start,
            "shapes": np.frombuffer(self.shapes, dtype=np.uint8),
        }
        arrays.update((_SECONDS + profile, seconds) for profile, seconds in self.seconds.items())
        stream = io.BytesIO()
        np.savez_compressed(stream, **arrays)
        return stream.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The network that `to_bytes` wrote.

        Raises:
            ValueError: `data` is not a compiled network, or its arrays do not fit together.
        """
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as archive:
                arrays: dict[str, npt.NDArray[Any]] = dict(archive)
            network = cls(
                longitude=arrays["longitude"],
                latitude=arrays["latitude"],
                first_road=arrays["first_road"],
                target=arrays["target"],
                metres=arrays["metres"],
                seconds={
                    name.removeprefix(_SECONDS): array
                    for name, array in arrays.items()
                    if name.startswith(_SECONDS)
                },
                shape_start=arrays["shape_start"],
                shapes=arrays["shapes"].tobytes(),
            )
        except (KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            raise ValueError("these bytes are not a compiled network") from error
        network.check()
        return network

    def check(self) -> None:
        """Raises ValueError if the arrays do not fit together."""
        junctions, roads = len(self.longitude), len(self.target)
        fits = (
            len(self.latitude) == junctions
            and len(self.first_road) == junctions + 1
            and self.first_road[0] == 0
            and self.first_road[-1] == roads
            and bool((np.diff(self.first_road) >= 0).all())
            and bool(((self.target >= 0) & (self.target < junctions)).all())
            and all(len(of_road) == roads for of_road in (self.metres, *self.seconds.values()))
            and len(self.shape_start) == roads + 1
            and self.shape_start[-1] == len(self.shapes)
            and all(bool((of_road >= 0).all()) for of_road in (self.metres, *self.seconds.values()))
        )
        if not fits:
            raise ValueError("the arrays of a compiled network do not fit together")


_SECONDS = "seconds_"
