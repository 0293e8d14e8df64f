"""Workers of the queue: RQ's, woken by Redis. What is to be done, and by whom, the database says alone."""
