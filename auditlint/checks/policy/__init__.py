"""Rules about audit policies, one module per category."""
