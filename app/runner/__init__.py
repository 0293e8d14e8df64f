"""Offline scripts: what an author writes, how it is found, run, stopped, resumed, and what becomes of its file.

A script's author needs one name from here, `script`, and finds what its first argument does in `script_run.py`.
"""

from app.runner.script import script

__all__ = ["script"]
