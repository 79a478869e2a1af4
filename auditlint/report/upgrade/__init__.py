"""Outputs of `upgrade`: each renders Upgraded."""
