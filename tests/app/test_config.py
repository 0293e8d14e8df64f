"""Settings: one place, one default, one type each; the environment goes before .env, .env before the default."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app import config
from app.errors import ConfigError
from tests.project_copy import ROOT, copy_project, run_manage

# What the documentation promises: every setting, its default.
SETTINGS = {
    "INSTANCE_PATH": "",
    "STORE_URL": "",
    "DATABASE_URL": "",
    "SECRET_KEY": "",
    "REDIS_URL": "",
    "CACHE_URL": "",
    "POOL_SIZE": 5,
    "POOL_OVERFLOW": 3,
    "POOL_TIMEOUT_S": 10,
    "POOL_RECYCLE_S": 120,
    "DATABASE_TIMEOUT_S": 60,
    "IMPORT_MEMORY_MB": 1024,
    "IMPORT_TIMEOUT_S": 1800,
    "IMPORT_MAX_INFLATED_MB": 8192,
    "IMPORT_MAX_RATIO": 500,
    "IMPORT_MAX_PARTS": 10_000,
    "IMPORT_MAX_STRINGS": 20_000_000,
    "IMPORT_MAX_COLUMNS": 16_384,
    "SCRIPTS_PATH": "",
    "RUN_LOG_MB": 10,
    "KEEP_FILES_DAYS": 30,
    "SESSION_IDLE_MINUTES": 60,
    "SESSION_HOURS": 12,
    "QUEUE_LIMITS": "import=2,undo=2,script=4",
    "UPLOAD_LIMIT_MB": 64,
    "UPLOAD_KEEP_HOURS": 24,
    "ALERT_SMTP_URL": "",
    "ALERT_MAIL_TO": "",
    "ALERT_MAIL_FROM": "",
    "ALERT_WEBHOOK_URL": "",
    "ALERT_ALLOW_PRIVATE": 0,
    "API_RATE_LIMIT": "600 per minute",
    "TRUSTED_HOSTS": "",
    "PROXIES": 0,
}
NUMBERS = [name for name, default in SETTINGS.items() if isinstance(default, int)]
A_KEY = "0123456789abcdef0123456789abcdef"


def test_every_setting_exists_with_its_default() -> None:
    assert config.settings_of(config.Base, {}) == {**SETTINGS, "PRODUCTION": False}


def test_env_example_documents_every_setting_with_its_default() -> None:
    example = (ROOT / ".env.example").read_text()
    documented = dict(re.findall(r"^# ([A-Z_]+)=(.*)$", example, re.MULTILINE))
    assert documented == {"FLASK_CONFIG": "development", **{name: str(value) for name, value in SETTINGS.items()}}
    assert not re.search(r"^[^#\n]", example, re.MULTILINE), "a copied .env.example must change nothing"
    for name in documented:
        assert re.search(rf"^# \w.*\n# {name}=", example, re.MULTILINE), f"{name} is not explained"


@pytest.mark.parametrize("name", SETTINGS)
def test_the_environment_sets_a_value_of_its_type(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "7")
    assert config.load()[name] == type(SETTINGS[name])(7)


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("text", ["many", "", "1.5", "-3", "64 MB"])
def test_what_is_no_whole_number_is_refused(name: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, text)
    with pytest.raises(ConfigError, match=f'{name} is "{text}"; it takes a whole number'):
        config.load()


def test_only_the_overflow_and_the_days_that_files_are_kept_may_be_zero() -> None:
    for name in ("POOL_OVERFLOW", "KEEP_FILES_DAYS"):
        assert config.settings_of(config.Base, {name: "0"})[name] == 0
    with pytest.raises(ConfigError, match="from 1 up"):
        config.settings_of(config.Base, {"POOL_SIZE": "0"})


def test_days_beyond_the_calendar_are_refused() -> None:
    assert config.settings_of(config.Base, {"KEEP_FILES_DAYS": "36500"})["KEEP_FILES_DAYS"] == 36_500
    with pytest.raises(ConfigError, match="from 0 to 36500"):
        config.settings_of(config.Base, {"KEEP_FILES_DAYS": "36501"})


@pytest.mark.parametrize(
    ("name", "most"),
    [("IMPORT_TIMEOUT_S", 604_800), ("IMPORT_MEMORY_MB", 1_048_576), ("IMPORT_MAX_COLUMNS", 16_384)],
)
def test_a_limit_of_imports_that_no_machine_knows_is_refused(name: str, most: int) -> None:
    assert config.settings_of(config.Base, {name: str(most)})[name] == most
    for number in (most + 1, 99_999_999_999):
        with pytest.raises(ConfigError, match=f'{name} is "{number}"; it takes a whole number from 1 to {most}'):
            config.settings_of(config.Base, {name: str(number)})


@pytest.mark.parametrize(("name", "most"), [("SESSION_IDLE_MINUTES", 43_200), ("SESSION_HOURS", 720)])
def test_a_session_lasts_30_days_at_most(name: str, most: int) -> None:
    assert config.settings_of(config.Base, {name: str(most)})[name] == most
    with pytest.raises(ConfigError, match=f"from 1 to {most}"):
        config.settings_of(config.Base, {name: str(most + 1)})


def test_the_environment_cannot_turn_production_off() -> None:
    settings = config.settings_of(config.Production, {"PRODUCTION": "", "TESTING": "1"})
    assert settings["PRODUCTION"] is True
    assert "TESTING" not in settings


@pytest.mark.parametrize("name", ["", "Production", "prod"])
def test_an_unknown_class_names_the_known_ones(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLASK_CONFIG", name)
    with pytest.raises(ConfigError, match=rf'FLASK_CONFIG is "{name}".*development, testing, production'):
        config.load()


def test_a_mapping_lies_over_the_class_that_flask_config_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POOL_SIZE", "7")
    settings = config.load({"POOL_SIZE": 9})
    assert settings["POOL_SIZE"] == 9
    assert settings["TESTING"] is True


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        ("", "is not set"),
        ("changeme", "well-known"),
        (config.Testing.SECRET_KEY, "well-known"),
        ("a" * 31, "has 31 characters; it needs 32"),
        (A_KEY, None),
    ],
)
def test_production_wants_a_real_key(key: str, problem: str | None) -> None:
    found = config.problems_of({"PRODUCTION": True, "SECRET_KEY": key})
    assert len(found) == (problem is not None)
    assert all(str(problem) in sentence for sentence in found)
    assert config.problems_of({"PRODUCTION": False, "SECRET_KEY": key}) == []


def test_the_advice_on_a_missing_key_makes_one_that_is_accepted() -> None:
    (advice,) = config.problems_of({"PRODUCTION": True, "SECRET_KEY": ""})
    code = re.search(r"python -c '(.*)'$", advice)
    assert code
    made = subprocess.run([sys.executable, "-c", code[1]], capture_output=True, text=True, timeout=60)
    assert made.returncode == 0
    assert config.problems_of({"PRODUCTION": True, "SECRET_KEY": made.stdout.strip()}) == []


def test_a_relative_instance_path_starts_at_the_project(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert config.instance_path({"INSTANCE_PATH": "kept"}) == str(ROOT / "kept")
    assert config.instance_path({"INSTANCE_PATH": ""}) == str(ROOT / "instance")
    assert config.instance_path({"INSTANCE_PATH": str(tmp_path)}) == str(tmp_path)


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the `manage.py` of a copy of the project that has a .env."""
    manage = copy_project(tmp_path_factory.mktemp("project"))
    (manage.parent / ".env").write_text("POOL_SIZE=21\nPOOL_OVERFLOW=22\nUPLOAD_LIMIT_MB=23\n")
    return manage


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """Give a folder that has another project's .env."""
    (tmp_path / ".env").write_text("POOL_SIZE=666\nDATABASE_URL=mysql://another/project\n")
    return tmp_path


def settings_in(manage: Path, *options: str, cwd: Path, **environ: str) -> list[int]:
    """Return three settings as `flask shell` of the copy has them: size, overflow, upload limit."""
    names = ["POOL_SIZE", "POOL_OVERFLOW", "UPLOAD_LIMIT_MB"]
    startup = manage.parent / "startup.py"
    startup.write_text(f"from flask import current_app as a\nprint([a.config[n] for n in {names}])\nraise SystemExit\n")
    environ = {"FLASK_SKIP_DOTENV": "", "PYTHONSTARTUP": str(startup), **environ}
    done = run_manage(manage, *options, "shell", cwd=cwd, **environ)
    assert done.returncode == 0, done.stderr
    found: list[int] = json.loads(done.stdout)
    return found


def test_the_projects_env_goes_before_the_default_whatever_folder_one_stands_in(copied: Path, elsewhere: Path) -> None:
    assert settings_in(copied, cwd=elsewhere) == [21, 22, 23]


def test_the_environment_goes_before_a_named_file_and_that_before_env(copied: Path, elsewhere: Path) -> None:
    (elsewhere / "other.env").write_text("POOL_SIZE=41\nPOOL_OVERFLOW=42\n")
    found = settings_in(copied, "-e", str(elsewhere / "other.env"), cwd=elsewhere, POOL_SIZE="31")
    assert found == [31, 42, 23]


def test_an_env_that_is_not_utf_8_says_so(tmp_path: Path) -> None:
    manage = copy_project(tmp_path)
    (tmp_path / ".env").write_bytes("# 数据库\nPOOL_SIZE=5\n".encode("gbk"))
    done = run_manage(manage, "runs", "list", FLASK_SKIP_DOTENV="")
    assert done.returncode == 1
    assert done.stderr == f"Error: {tmp_path / '.env'} is not UTF-8 text.\nSave it as UTF-8.\n"


def test_settings_reach_the_application_of_a_server_from_another_folder(copied: Path, tmp_path: Path) -> None:
    code = "from app import create_app; print(create_app().config['POOL_SIZE'])"
    env = {**os.environ, "FLASK_SKIP_DOTENV": "", "PYTHONPATH": str(copied.parent)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, "21\n"), done.stderr


@pytest.mark.parametrize("name", config.CONFIGS)
def test_another_process_comes_to_the_same_settings(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {
        **config.load(name),
        "POOL_SIZE": 7,
        "SECRET_KEY": "of this process",
        "DATABASE_URL": "sqlite:///a b.db",
    }
    for variable, value in config.environment_of(settings).items():
        monkeypatch.setenv(variable, value)
    assert config.load() == settings
