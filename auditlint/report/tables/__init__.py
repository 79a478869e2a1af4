"""What the outputs of `matrix` share: the document that they render, its grids and its words."""
