"""`python -m local.network`: the name that `python -m networks` had before."""

import runpy

if __name__ == "__main__":
    runpy.run_module("networks", run_name="__main__")
