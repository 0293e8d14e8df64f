"""What `flask doctor` looks at: whether this set-up is sound, and how to mend what is not."""
