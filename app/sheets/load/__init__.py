"""Converted rows into a table, by the fastest road that each database has."""
