"""The optimiser of Milkrun: two engines, one verified answer. Its entry is `milkrun_solver.solve.solve`.

It knows the problem and solution schema and the error tree of `milkrun`, and nothing of Lambda or Redis.
This file imports nothing, so that the child process that runs VROOM starts with what it needs alone.
"""
