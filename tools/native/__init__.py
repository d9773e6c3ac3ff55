"""`python -m tools.native`: compiles the search for this machine, or for another one."""
