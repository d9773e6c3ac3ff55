"""What developers run to make files of the repository."""
