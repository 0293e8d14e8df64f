"""What the API takes and tells, as JSON."""
