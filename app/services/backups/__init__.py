"""Backups: the database as it was at one moment, and the files that its runs speak of; see docs/deployment.md."""

from app.services.backups.making import Made, make
from app.services.backups.restoring import Restored, restore

__all__ = ["Made", "Restored", "make", "restore"]
