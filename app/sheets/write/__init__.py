"""Rows into xlsx files, as a stream."""
