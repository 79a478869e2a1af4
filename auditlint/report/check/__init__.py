"""Outputs of `check`: each renders a Report."""
