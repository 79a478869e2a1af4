"""Outputs of `diff`: each renders Differences."""
