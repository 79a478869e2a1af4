"""What is judged: policies, apiservers and the files around them, and what belongs together. No YAML, no carrier."""
