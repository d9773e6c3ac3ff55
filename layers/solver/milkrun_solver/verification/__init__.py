"""The verifier: checks that an answer keeps every rule of its problem."""
