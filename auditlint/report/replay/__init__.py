"""Outputs of `replay`: each renders a Summary."""
