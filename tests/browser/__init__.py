"""The console in a real browser: Playwright drives Debian's chromium against gunicorn."""
