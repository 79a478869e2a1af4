"""Recorded audit events: finding and reading logs, what policies make of each event, and what that sums up to."""
