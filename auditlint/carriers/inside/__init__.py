"""Formats that hold other texts: each of those is a piece, and is recognised as a file of its own."""
