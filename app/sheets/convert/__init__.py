"""What a cell becomes in a column: a table of functions for each kind of column, by the type of the cell."""
