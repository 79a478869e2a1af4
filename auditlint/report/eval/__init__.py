"""Outputs of `eval`: each renders an Explained."""
