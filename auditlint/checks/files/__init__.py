"""Rules about files as wholes and about several of them, and about the comments in them."""
