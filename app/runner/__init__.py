"""Offline scripts: what an author writes, how it is found, run, stopped, resumed, and what becomes of its file.

A script's author needs two names from here: `script`, the decorator, and `ScriptRun`, the type of its first argument.
"""

from app.runner.script import script
from app.runner.script_run import ScriptRun

__all__ = ["ScriptRun", "script"]
