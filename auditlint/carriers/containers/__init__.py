"""What containers run and see: command lines, the scripts around them, mounts."""
