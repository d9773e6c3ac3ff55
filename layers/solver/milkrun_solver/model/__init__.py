"""The problem in the solver's own terms."""
