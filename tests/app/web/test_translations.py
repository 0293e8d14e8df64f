"""Every sentence of the console has its Chinese one, with the same places to fill in, and what is compiled is that."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from app import config

APP = config.ROOT / "app"
FOLDER = APP / "translations" / "zh_CN" / "LC_MESSAGES"
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true"}}
PLACE = re.compile(r"%\((\w+)\)")


def marked() -> dict[str, str]:
    """Return every sentence that is marked, and where."""
    found = extract_from_dir(
        str(APP), METHODS, OPTIONS, keywords={"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
    )
    return {str(message): f"{file}:{line}" for file, line, message, *_ in found}


@pytest.fixture(scope="module")
def chinese() -> Catalog:
    """Give the Chinese catalogue."""
    with (FOLDER / "messages.po").open("rb") as file:
        return read_po(file, locale="zh_CN")


def test_every_sentence_is_translated(chinese: Catalog) -> None:
    missing = {text: place for text, place in marked().items() if not (chinese.get(text) and chinese.get(text).string)}
    assert not missing


def test_nothing_is_translated_that_is_nowhere(chinese: Catalog) -> None:
    assert {str(message.id) for message in chinese if message.id} - set(marked()) == set()


def test_nothing_is_a_guess_and_all_places_are_kept(chinese: Catalog) -> None:
    for message in chinese:
        assert not message.fuzzy or not message.id, message.id
        assert set(PLACE.findall(str(message.id))) == set(PLACE.findall(str(message.string))) or not message.id


def test_what_is_compiled_is_the_catalogue(chinese: Catalog) -> None:
    compiled = read_mo(io.BytesIO(Path(FOLDER / "messages.mo").read_bytes()))
    assert {m.id: m.string for m in compiled if m.id} == {m.id: m.string for m in chinese if m.id}
