"""`python -m local.network`, the former name of `python -m networks`."""

import runpy

if __name__ == "__main__":
    runpy.run_module("networks", run_name="__main__")
