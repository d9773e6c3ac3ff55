"""Errors of the optimiser. All of them end a run as failed.

milkrun.errors.SolveError
└── OptimiserError                    base of what this package raises itself
    ├── NoAnswerError                 neither engine had an answer
    └── EngineError                   one engine failed; the other one's answers stand
"""

from milkrun.errors import SolveError


class OptimiserError(SolveError):
    """Base of the optimiser's own errors."""


class NoAnswerError(OptimiserError):
    """No engine had an answer: all failed, or the search was ended before the first one."""


class EngineError(OptimiserError):
    """An engine failed. Never leaves `solve` as long as another engine can go on."""
