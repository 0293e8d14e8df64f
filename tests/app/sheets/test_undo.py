"""By which key imported rows are known again."""

from __future__ import annotations

import pytest

from app.sheets.table import Column, Key, Table
from app.sheets.undo import key_among

COLUMNS = [Column(name, "integer", "int") for name in "abc"]
PRIMARY, PAIR, ONE = Key("PRIMARY", ("id",)), Key("pair", ("a", "b")), Key("one", ("c",))


@pytest.mark.parametrize(
    ("keys", "filled", "found"),
    [
        ((PRIMARY, PAIR, ONE), (5, 5, 5), PAIR),
        ((PRIMARY, PAIR, ONE), (5, 4, 5), ONE),
        ((PRIMARY, PAIR), (5, 4, 5), "the key pair of things is blank in some rows"),
        ((PRIMARY,), (5, 5, 5), "things has no key among the imported columns"),
        ((), (5, 5, 5), "things has no key among the imported columns"),
    ],
)
def test_the_first_key_that_every_row_has_whole(
    keys: tuple[Key, ...], filled: tuple[int, ...], found: Key | str
) -> None:
    assert key_among(Table("things", tuple(COLUMNS), keys), COLUMNS, filled, 5) == found
