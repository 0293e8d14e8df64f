"""Where all hosts keep uploads and the files of runs: what `STORE_URL` says, checked before anybody needs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, unquote, urlsplit

from app.errors import ConfigError

if TYPE_CHECKING:
    from flask import Flask

EXTENSION = "store"
EXAMPLES = (
    "It looks like file:///srv/opsdesk (a shared folder) or s3://bucket/prefix, or is empty: the instance folder."
)


@dataclass(frozen=True)
class StoreUrl:
    """A store: its protocol, `file` or `s3`, and the root of its keys: an absolute path, or `bucket/prefix`."""

    protocol: str
    root: str


def init_app(app: Flask) -> None:
    """Keep the store that the settings name, or None, at the application.

    Raises:
        ConfigError: they name one that cannot be used from here.
    """
    url = app.extensions[EXTENSION] = parse(app.config)
    if url is not None and url.protocol == "file" and Path(url.root) == Path(app.instance_path):
        raise ConfigError("STORE_URL is the instance folder itself.", "Name one that all hosts share.")


def parse(settings: Mapping[str, Any]) -> StoreUrl | None:
    """Return the store that `STORE_URL` names; None: there is none.

    Raises:
        ConfigError: it names none that can be used from here.
    """
    text = str(settings["STORE_URL"]).strip()
    if not text:
        return None
    try:
        split = urlsplit(text)
    except ValueError:
        raise ConfigError("STORE_URL is not a URL.", EXAMPLES) from None
    if split.scheme not in ROOTS:
        raise ConfigError("STORE_URL begins with neither file:// nor s3://, the stores that are known here.", EXAMPLES)
    if "@" in split.netloc:
        raise ConfigError(
            "STORE_URL has a user or a password in it.",
            "Give an S3 store's keys as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, its address as AWS_ENDPOINT_URL.",
        )
    if split.query or split.fragment:
        raise ConfigError("STORE_URL has a ? or a # in it, which means nothing here.", EXAMPLES)
    return StoreUrl(split.scheme, ROOTS[split.scheme](split))


def _folder(split: SplitResult) -> str:
    path = unquote(split.path).rstrip("/")
    if split.netloc not in ("", "localhost") or not path.startswith("/") or ".." in path.split("/"):
        raise ConfigError(
            "STORE_URL does not name a folder by its whole path.", "It has three slashes: file:///srv/opsdesk"
        )
    return path


def _bucket(split: SplitResult) -> str:
    if not split.netloc:
        raise ConfigError("STORE_URL names no bucket.", EXAMPLES)
    if find_spec("s3fs") is None:
        raise ConfigError("STORE_URL needs the Python package s3fs.", "Install it with: pip install 'opsdesk[s3]'")
    return f"{split.netloc}/{split.path.strip('/')}".rstrip("/")


ROOTS = {"file": _folder, "s3": _bucket}
