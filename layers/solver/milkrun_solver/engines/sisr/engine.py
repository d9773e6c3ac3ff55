"""SISR as an engine: Milkrun's own compiled search, on a whole problem or a part of it."""

from milkrun.schema.engines import EngineName
from milkrun_solver.engines.protocol import Engine, Neighbourhood, Session
from milkrun_solver.engines.sisr.library import load_library


class SisrEngine(Engine):
    """SISR on one problem."""

    name: EngineName = "sisr"
    neighbourhoods: tuple[Neighbourhood, ...] = ("whole", "parts", "route elimination")

    @classmethod
    def is_available(cls) -> bool:
        """Whether the library has been built for this machine."""
        return load_library() is not None

    def session(self, _number: int, _seed: int) -> Session:
        """A session with a seed of its own."""
        raise NotImplementedError


ENGINE = SisrEngine
