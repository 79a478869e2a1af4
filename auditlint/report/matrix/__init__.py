"""Outputs of `matrix`: each renders a Document."""
