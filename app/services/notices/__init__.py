"""Notices to people who do not look at the console: by e-mail, by a webhook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.services.notices.delivery import in_background
from app.services.notices.message import Message

__all__ = ["Message", "send"]


def send(message: Message, settings: Mapping[str, Any]) -> None:
    """Send a message by every way that is set up, in threads: nothing is waited for, and nothing raised."""
    from app.services.notices import mail, webhook

    senders = {"ALERT_SMTP_URL": mail.send, "ALERT_WEBHOOK_URL": webhook.send}
    for way, sender in senders.items():
        if settings[way]:
            in_background(way, sender, message, dict(settings))
