"""Tests of reading text, of places, comments and files."""
