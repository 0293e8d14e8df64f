"""A notice as an e-mail."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Any
from urllib.parse import unquote, urlsplit

from app.errors import ConfigError, Refused
from app.services.notices.connecting import connected
from app.services.notices.delivery import TRY_S
from app.services.notices.message import Message

EXAMPLE = "It looks like smtp://user:password@mail.example.com:587; smtps:// where all is TLS from the beginning."
PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True)
class Server:
    """A mail server, and who sends there; `user` is "" where nobody need say."""

    host: str
    port: int
    tls: bool
    user: str
    password: str

    @classmethod
    def at(cls, url: str) -> Server:
        """Read a URL.

        Raises:
            ConfigError: it is none of a mail server.
        """
        try:
            parts = urlsplit(url)
            port = parts.port or PORTS[parts.scheme]
        except (ValueError, KeyError):
            raise ConfigError("ALERT_SMTP_URL is not the URL of a mail server.", EXAMPLE) from None
        if not parts.hostname:
            raise ConfigError("ALERT_SMTP_URL does not name a mail server.", EXAMPLE)
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(parts.hostname, port, parts.scheme == "smtps", user, password)


def send(message: Message, settings: Mapping[str, Any]) -> None:
    """Send a message from `ALERT_MAIL_FROM` to `ALERT_MAIL_TO` by the server at `ALERT_SMTP_URL`.

    All goes through TLS where the server offers it, a password only then.

    Raises:
        ConfigError: the settings cannot be used. Refused: the server is not public, or does not take this mail.
        OSError: it failed, and may not the next time.
    """
    server, mail = Server.at(settings["ALERT_SMTP_URL"]), _mail(message, settings)
    try:
        with connected(server.host, server.port, bool(settings["ALERT_ALLOW_PRIVATE"]), TRY_S) as plain:
            _hand_over(server, plain, mail)
    except (smtplib.SMTPAuthenticationError, smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused) as error:
        said = f"{server.host} does not take the mail: {type(error).__name__}."
        raise Refused(said, "See the ALERT_ settings.") from error


def _hand_over(server: Server, plain: socket.socket, mail: EmailMessage) -> None:
    context = ssl.create_default_context()
    line = context.wrap_socket(plain, server_hostname=server.host) if server.tls else plain
    with _Smtp(server, line) as smtp:
        smtp.ehlo()
        secure = server.tls
        if not secure and smtp.has_extn("starttls"):
            smtp.starttls(context=context)
            secure = True
        if server.user and not secure:
            raise ConfigError(f"{server.host} offers no TLS, so the password was not sent.", "Take another server.")
        if server.user:
            smtp.login(server.user, server.password)
        smtp.send_message(mail)


def _mail(message: Message, settings: Mapping[str, Any]) -> EmailMessage:
    to = [address.strip() for address in settings["ALERT_MAIL_TO"].split(",") if address.strip()]
    if not to:
        raise ConfigError("ALERT_MAIL_TO is not set, so nobody gets mail.", "It looks like ops@example.com.")
    mail = EmailMessage()
    mail["Subject"], mail["To"] = message.subject, ", ".join(to)
    mail["From"] = settings["ALERT_MAIL_FROM"] or f"opsdesk@{socket.gethostname()}"
    mail["Date"], mail["Message-ID"] = formatdate(), make_msgid(domain="opsdesk")
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    mail.set_content(message.text)
    return mail


class _Smtp(smtplib.SMTP):
    """Speaks SMTP over a connection that is there."""

    def __init__(self, server: Server, line: socket.socket) -> None:
        self._line = line
        super().__init__(server.host, server.port, local_hostname=socket.gethostname(), timeout=TRY_S)

    def _get_socket(self, *_: Any) -> socket.socket:
        return self._line
