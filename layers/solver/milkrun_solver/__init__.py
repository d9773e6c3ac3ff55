"""The optimiser of Milkrun: several engines, one verified answer. Its entry is `milkrun_solver.solve.solve`.

It uses the schema and the error tree of `milkrun`, and knows nothing of Lambda or Redis. This file imports
nothing, so that the child process that runs VROOM loads only what it needs.
"""
