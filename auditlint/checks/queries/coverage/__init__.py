"""What the rules about coverage look for: kinds of requests as data, and who takes them."""
