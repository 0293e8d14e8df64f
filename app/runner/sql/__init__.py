"""What a script sends to the database: what each statement does, the rows that it writes, and what it may not do."""
