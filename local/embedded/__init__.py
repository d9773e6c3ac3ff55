"""The real data stores, in processes of the stack."""
