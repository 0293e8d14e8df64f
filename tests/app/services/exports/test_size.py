"""Tables that are too large to be waited for."""

from __future__ import annotations

import pytest
from flask import Flask

from app.errors import NotFound, Refused
from app.services.exports.size import check_size
from tests.importing import sql


def test_a_table_or_view_of_more_rows_is_refused(app: Flask) -> None:
    sql("CREATE TABLE `few``er` (id INTEGER PRIMARY KEY)", "INSERT INTO `few``er` VALUES (1), (2), (3)")
    sql("CREATE VIEW fewer AS SELECT * FROM `few``er`")
    for name in ("few`er", "fewer"):
        check_size(name, 3)
        with pytest.raises(Refused, match="more than 2 rows") as refused:
            check_size(name, 2)
        assert f"flask export-excel {name} FILE.xlsx" in refused.value.hint


def test_there_must_be_such_a_table(app: Flask) -> None:
    with pytest.raises(NotFound):
        check_size("nothing", 3)
