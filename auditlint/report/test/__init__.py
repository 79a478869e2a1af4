"""Outputs of `test`: each renders Results."""
