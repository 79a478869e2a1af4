"""What to change in a policy or a server so that a finding is gone: the fixes of the rules."""
