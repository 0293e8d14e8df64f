"""Ids of runs in addresses: what no run could have is none."""

from __future__ import annotations

import re

import pytest

from app.web import run_ids


@pytest.mark.parametrize("text", ["1", "007", "2147483647"])
def test_ids_are_read(text: str) -> None:
    assert run_ids.read(text) == int(text)


@pytest.mark.parametrize("text", ["", "-1", "1.0", " 1", "٣", "²", "2147483648", "9" * 5000])
def test_what_no_run_could_have_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        run_ids.read(text)
