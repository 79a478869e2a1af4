"""The rules: one function each, in the room of what they judge."""
