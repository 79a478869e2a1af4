"""Rules that speak only where a profile was chosen."""
