"""What the rules about reading know of fields that a policy has, and of texts that do not parse."""
