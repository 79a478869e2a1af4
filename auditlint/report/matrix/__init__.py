"""One module per output format of `matrix`: each has a pure `render` from a document to text."""
