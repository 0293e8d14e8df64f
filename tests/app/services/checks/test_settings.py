"""The checks of settings, secret key and folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import create_app
from app.services.checks import settings
from app.services.checks.finding import NOT_APPLICABLE, OK, PROBLEM, Finding


def test_a_key_that_was_made_here_must_be_the_owners_alone(tmp_path: Path) -> None:
    app = create_app("development")
    kept = Path(app.instance_path) / "secret_key"
    assert settings.secret_key(app).state == OK
    assert settings.secret_key(app).what.startswith("64 bytes, kept in ")
    kept.chmod(0o644)
    found = settings.secret_key(app)
    assert (found.state, found.mend) == (PROBLEM, f"chmod 600 {kept}")
    assert "mode 644" in found.what


@pytest.mark.parametrize("key", ["changeme", "short", "x" * 31])
def test_a_key_that_can_be_guessed_is_a_problem(key: str) -> None:
    found = settings.secret_key(create_app({"SECRET_KEY": key}))
    assert found.state == PROBLEM
    assert "token_hex" in found.mend
    assert key not in found.what


def test_a_folder_is_proved_by_writing_to_it(tmp_path: Path) -> None:
    app = create_app({"SECRET_KEY": "k" * 32, "DATABASE_URL": "mysql://root@127.0.0.1/shop"})
    app.instance_path = str(tmp_path / "a" / "b")
    assert settings.folders(app).what.endswith("will be made when it is needed")
    app.instance_path = str(tmp_path)
    assert settings.folders(app).what == f"{tmp_path} is writable"
    assert list(tmp_path.glob("*.tmp")) == []


@pytest.mark.parametrize("path", ["/proc/opsdesk/instance", "file/instance"])
def test_a_folder_that_cannot_be_written_to_is_a_problem(tmp_path: Path, path: str) -> None:
    (tmp_path / "file").touch()
    app = create_app({"SECRET_KEY": "k" * 32, "DATABASE_URL": "mysql://root@127.0.0.1/shop"})
    app.instance_path = str(tmp_path / path)
    assert settings.folders(app).state == PROBLEM


@pytest.mark.parametrize("missing", ["IS_COMPILED", "CompiledTotals"])
def test_what_is_not_compiled_is_no_problem_and_can_be_mended(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    app = create_app({"SECRET_KEY": "k" * 32})
    monkeypatch.setattr(settings, missing, None)
    found = settings.compiled(app)
    assert found.state == NOT_APPLICABLE
    assert "pip install" in found.mend


def test_production_without_a_name_and_a_proxy_says_what_that_means() -> None:
    given: dict[str, object] = {
        "PRODUCTION": True,
        "SECRET_KEY": "k" * 40,
        "DATABASE_URL": "mysql://root@127.0.0.1/shop",
    }
    found = proxy_of(given)
    assert found.state == NOT_APPLICABLE
    assert "TRUSTED_HOSTS" in found.mend
    assert "PROXIES" in found.mend
    for console in (True, False):
        found = proxy_of({**given, "TRUSTED_HOSTS": "ops.example.com, 127.0.0.1", "PROXIES": 1}, console)
        assert (found.state, found.what) == (OK, "1 in front, for ops.example.com, 127.0.0.1")


def proxy_of(given: dict[str, object], console: bool = False) -> Finding:
    """Return what is found with these settings."""
    return settings.proxy(create_app(given, console))
