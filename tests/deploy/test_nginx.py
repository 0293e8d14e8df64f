"""deploy/nginx.conf: what it says fits the application's defaults; nginx takes it, where there is one."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from app.config import Base
from tests.project_copy import ROOT

SITE = (ROOT / "deploy" / "nginx.conf").read_text()
CERTIFICATE = ["openssl", "req", "-x509", "-nodes", "-newkey", "rsa:2048", "-days", "1", "-subj", "/CN=ops.example.com"]


def said(directive: str) -> str:
    """Return what a directive of the site says."""
    found = re.search(rf"^\s*{directive}\s+(.*?);", SITE, re.MULTILINE)
    assert found, directive
    return found[1]


def test_what_is_too_large_or_too_slow_is_told_by_the_application() -> None:
    assert int(said("client_max_body_size").removesuffix("m")) > Base.UPLOAD_LIMIT_MB
    assert int(said("proxy_read_timeout").removesuffix("s")) > Base.DATABASE_TIMEOUT_S


def test_the_application_is_told_by_one_proxy_who_asks_and_nobody_else_can() -> None:
    told = dict(re.findall(r"proxy_set_header\s+X-Forwarded-(\w+)\s+(\S+);", SITE))
    assert told == {"For": "$remote_addr", "Proto": "$scheme", "Host": "$host", "Port": '""', "Prefix": '""'}


def test_metrics_are_not_for_everybody() -> None:
    assert re.search(r"location = /metrics \{\s+return 404;", SITE)


def test_nginx_takes_it(tmp_path: Path) -> None:
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None or shutil.which("openssl") is None:
        pytest.skip("nginx and openssl are not installed (Debian: nginx-light openssl)")
    key, certificate = tmp_path / "key", tmp_path / "certificate"
    subprocess.run([*CERTIFICATE, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    site = SITE.replace("/etc/ssl/private/ops.example.com.key", str(key))
    site = site.replace("/etc/ssl/certs/ops.example.com.pem", str(certificate))
    main = tmp_path / "nginx.conf"
    main.write_text(f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ access_log off; {site} }}")
    done = subprocess.run([nginx, "-t", "-p", tmp_path, "-c", main], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
