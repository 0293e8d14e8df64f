"""SQL files: split into statements, run whole, remembered by their content."""
