"""What is compiled, for speed alone: without it everything works to the same effect, and an import takes longer."""
