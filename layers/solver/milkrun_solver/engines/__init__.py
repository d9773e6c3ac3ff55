"""The engines, a folder for each, behind one protocol."""
