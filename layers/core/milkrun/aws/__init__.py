"""AWS without boto3: the role's credentials, secrets and signatures, from Python's standard library alone."""
