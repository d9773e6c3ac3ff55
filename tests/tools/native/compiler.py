"""The compiler of this machine, for tests that compile."""

from tests.conftest import missing
from tools.native.compilers import Compiler, machine_compiler


def compiler_here() -> Compiler:
    """The machine's C++ compiler. Without one, the test is skipped, or fails in CI."""
    found = machine_compiler()
    if found is None:
        missing("no C++ compiler")
    assert found is not None
    return found
