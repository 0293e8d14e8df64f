"""Hypothesis for the tests below: the same examples every time, and no clock, for machines are busy."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")
