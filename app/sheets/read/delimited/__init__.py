"""CSV and TSV files: how they are decoded, what parts their fields, and their records."""
