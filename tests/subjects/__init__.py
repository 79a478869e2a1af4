"""Subjects, what belongs together among them, and how carriers write flags and mounts."""
