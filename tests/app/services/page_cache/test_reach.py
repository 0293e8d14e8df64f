"""Tables that change with another: by foreign keys, by triggers."""

from __future__ import annotations

from flask import Flask

from app.runner.sql.counting import UNKNOWN
from app.services.page_cache.reach import reached_from
from tests.importing import sql


def test_foreign_keys_take_rows_along_and_triggers_may_write_anywhere(app: Flask) -> None:
    sql(
        "CREATE TABLE makers (id INTEGER PRIMARY KEY)",
        "CREATE TABLE goods (id INTEGER PRIMARY KEY, maker INTEGER,"
        " FOREIGN KEY (maker) REFERENCES makers (id) ON DELETE CASCADE)",
        "CREATE TABLE parts (id INTEGER PRIMARY KEY, goods INTEGER,"
        " FOREIGN KEY (goods) REFERENCES goods (id) ON DELETE SET NULL)",
        "CREATE TABLE bills (id INTEGER PRIMARY KEY, goods INTEGER, FOREIGN KEY (goods) REFERENCES goods (id))",
        "CREATE TABLE log (id INTEGER)",
        "CREATE TRIGGER bill_logged AFTER INSERT ON bills FOR EACH ROW BEGIN INSERT INTO log VALUES (1); END",
    )
    assert reached_from("Makers") == {"makers", "goods", "parts"}
    assert reached_from("goods") == {"goods", "parts"}
    assert reached_from("parts") == {"parts"}
    assert reached_from("bills") == {"bills", UNKNOWN}
    assert reached_from(UNKNOWN) == {UNKNOWN}
