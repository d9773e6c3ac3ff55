"""The real data stores, as processes of the stack."""
