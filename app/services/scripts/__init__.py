"""The offline scripts as people see them: which there are, what they did, and what becomes of their files."""
