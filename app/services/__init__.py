"""What the application does, as plain functions: no request, no session, no terminal."""
