"""What the rules about names of groups, resources and people know, and what they advise."""
