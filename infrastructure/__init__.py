"""What is deployed beside template.yaml, and what writes those parts of it that are generated."""
