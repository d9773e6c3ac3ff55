"""What the functions ask of AWS without boto3: who they are, and a secret. Imports nothing outside Python."""
