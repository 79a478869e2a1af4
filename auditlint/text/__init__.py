"""Files, text and trees: what a document says and where each piece of it stands. Knows no Kubernetes."""
