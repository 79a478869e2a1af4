"""Outputs of `detect`: each renders Judgements."""
