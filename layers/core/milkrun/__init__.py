"""Milkrun: self-hosted, serverless route optimisation. What all functions share."""

__version__ = "0.1.0"
