"""What a sheet holds, and what an import would make of it."""
