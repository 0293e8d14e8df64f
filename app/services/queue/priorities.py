"""Who goes first in the queue: the higher number."""

from __future__ import annotations

PRIORITIES = {"low": 0, "normal": 1, "high": 2}
NORMAL = PRIORITIES["normal"]
# Somebody sits there and waits for it.
HIGH = PRIORITIES["high"]
