"""Workbooks of every kind, read as rows of cells with their true addresses."""
