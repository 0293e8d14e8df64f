"""Notices reach a web server and a mail server, and nothing that they should not."""

from __future__ import annotations

import email
import email.policy
import json
import logging
import time
from contextlib import suppress
from typing import Any

import pytest

from app.errors import ConfigError, Refused
from app.services.notices import connecting, mail, webhook
from app.services.notices.connecting import addresses, connected, is_public
from app.services.notices.delivery import deliver
from app.services.notices.mail import Server
from app.services.notices.message import Message, about_run, one_line
from tests.app.services.notices.servers import HANG, Drip, Hook, Post, serving

FACTS = {
    "run": 17,
    "kind": "import",
    "name": "june.xlsx → orders\nBcc: all@example.com",
    "state": "failed",
    "started_by": "li@ops1",
    "rows": {},
    "error": "第 3 行: no such order",
}
MESSAGE = about_run(FACTS, "shop")
AT_ONCE = (0.0, 0.0)


def settings(**given: Any) -> dict[str, Any]:
    """Return the settings of notices."""
    names = ("ALERT_SMTP_URL", "ALERT_MAIL_TO", "ALERT_MAIL_FROM", "ALERT_WEBHOOK_URL")
    return {**dict.fromkeys(names, ""), "ALERT_ALLOW_PRIVATE": 1, **given}


def hook(port: int, path: str = "/hook") -> dict[str, Any]:
    """Return the settings of a webhook of this host."""
    return settings(ALERT_WEBHOOK_URL=f"http://127.0.0.1:{port}{path}")


def post(port: int, login: str = "", **given: Any) -> dict[str, Any]:
    """Return the settings of a mail server of this host."""
    url = f"smtp://{login}127.0.0.1:{port}"
    return settings(ALERT_SMTP_URL=url, ALERT_MAIL_TO="ops@example.com, li@example.com", **given)


def test_a_webhook_gets_the_run_as_json() -> None:
    with serving(Hook, 204) as server:
        webhook.send(MESSAGE, hook(server.port, "/hook?key=7"))
        path, headers, body = server.received.get(timeout=60)
    assert path == "/hook?key=7"
    assert headers["Host"] == f"127.0.0.1:{server.port}"
    said = json.loads(body)
    assert said["event"] == "run_finished"
    assert {name: said[name] for name in FACTS} == FACTS
    assert said["text"] == MESSAGE.subject


def test_mail_reaches_its_people_and_a_name_adds_no_header() -> None:
    with serving(Post, "250 ok") as server:
        mail.send(MESSAGE, post(server.port, ALERT_MAIL_FROM="opsdesk@example.com"))
        received = email.message_from_bytes(server.received.get(timeout=60), policy=email.policy.default)
    assert (received["To"], received["From"]) == ("ops@example.com, li@example.com", "opsdesk@example.com")
    assert received["Subject"] == "[opsdesk] shop: import june.xlsx → orders Bcc: all@example.com failed (run 17)"
    assert received["Bcc"] is None
    assert "第 3 行: no such order" in received.get_content()
    assert "flask runs show 17" in received.get_content()


def test_a_password_is_not_sent_without_tls() -> None:
    with serving(Post, "250 ok") as server, pytest.raises(ConfigError, match="offers no TLS"):
        mail.send(MESSAGE, post(server.port, login="li:hush@"))
    assert server.received.empty()


@pytest.mark.parametrize("statuses", [(503, 429, 200), (200,)])
def test_what_may_pass_is_tried_again(statuses: tuple[int, ...]) -> None:
    with serving(Hook, *statuses) as server:
        assert deliver("ALERT_WEBHOOK_URL", webhook.send, MESSAGE, hook(server.port), AT_ONCE)
    assert server.tries == len(statuses)


def test_it_is_given_up_after_three_times_and_never_raises(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("app").propagate = True
    with serving(Hook, 503) as server:
        assert not deliver("ALERT_WEBHOOK_URL", webhook.send, MESSAGE, hook(server.port, "/secret"), AT_ONCE)
    assert server.tries == 3
    assert "given up" in caplog.text
    assert "secret" not in caplog.text
    with serving(Post, "451 later") as server:
        assert not deliver("ALERT_SMTP_URL", mail.send, MESSAGE, post(server.port), AT_ONCE)


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 404])
def test_no_redirect_is_followed_and_a_no_is_a_no(status: int) -> None:
    with serving(Hook, status) as server:
        assert not deliver("ALERT_WEBHOOK_URL", webhook.send, MESSAGE, hook(server.port), AT_ONCE)
    assert server.tries == 1


def test_a_server_that_hangs_is_left_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "TRY_S", 0.5)
    started = time.monotonic()
    with serving(Hook, HANG) as server, pytest.raises(OSError):  # noqa: PT011 - reset, or timed out
        webhook.send(MESSAGE, hook(server.port))
    assert time.monotonic() - started < 60


def test_a_server_that_drips_is_left_in_time() -> None:
    started = time.monotonic()
    late = suppress(TimeoutError)  # of a machine that stands still
    with serving(Drip) as server, connected("127.0.0.1", server.port, True, 0.5) as line, late:
        while line.recv(1):  # each byte comes in time
            pass
    assert time.monotonic() - started < 10


def test_nobody_at_the_port_is_an_error_that_may_pass() -> None:
    with serving(Hook, 200) as server:
        port = server.port
    with pytest.raises(ConnectionRefusedError):
        webhook.send(MESSAGE, hook(port))


@pytest.mark.parametrize("send", [webhook.send, mail.send])
def test_an_address_inside_is_not_connected_to(send: Any) -> None:
    with serving(Hook, 200) as server:
        urls = {
            "ALERT_WEBHOOK_URL": f"http://localhost:{server.port}",
            "ALERT_SMTP_URL": f"smtp://localhost:{server.port}",
        }
        with pytest.raises(Refused, match=r"localhost is .*, which is no public address"):
            send(MESSAGE, settings(**urls, ALERT_MAIL_TO="ops@example.com", ALERT_ALLOW_PRIVATE=0))
    assert server.tries == 0


@pytest.mark.parametrize(
    ("address", "public"),
    [
        *((address, True) for address in ("8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808")),
        *((address, False) for address in ("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254")),
        *((address, False) for address in ("0.0.0.1", "100.64.0.1", "224.0.0.1", "255.255.255.255", "::", "::1")),
        *((address, False) for address in ("fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "2002:7f00:1::")),
        ("64:ff9b::7f00:1", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001"])
def test_a_number_that_means_this_host_is_seen_through(host: str) -> None:
    with pytest.raises(Refused):
        addresses(host, 80, private=False)


@pytest.mark.parametrize(
    "url", ["ftp://example.com", "file:///etc/passwd", "http://", "example.com/hook", "http://a b/", "http://a:99999/"]
)
def test_only_urls_of_pages_are_posted_to(url: str) -> None:
    with pytest.raises(ConfigError, match="ALERT_WEBHOOK_URL is not the URL of a page"):
        webhook.send(MESSAGE, settings(ALERT_WEBHOOK_URL=url))


def test_urls_of_mail_servers() -> None:
    assert Server.at("smtp://li:h%40sh@mail.example.com") == Server("mail.example.com", 587, False, "li", "h@sh")
    assert Server.at("smtps://mail.example.com") == Server("mail.example.com", 465, True, "", "")
    for url in ("http://mail.example.com", "smtp://", "mail.example.com", "smtp://a:b@c:99999"):
        with pytest.raises(ConfigError, match="ALERT_SMTP_URL"):
            Server.at(url)


def test_mail_for_nobody_says_so() -> None:
    with pytest.raises(ConfigError, match="ALERT_MAIL_TO is not set"):
        mail.send(MESSAGE, settings(ALERT_SMTP_URL="smtp://127.0.0.1:1"))


def test_a_line_is_a_line() -> None:
    assert one_line("a\r\nb\u2028c\td") == "a b c d"
    assert Message("a", "b", {}).facts == {}
    assert connecting.NAT64.prefixlen == 96
