"""A module that functions get from their layer."""

ORIGIN = "layer"
