"""What rules ask of the exact engine."""
