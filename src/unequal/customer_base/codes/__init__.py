"""Codes that people pick from a list: which of them only say that a form had a default."""
