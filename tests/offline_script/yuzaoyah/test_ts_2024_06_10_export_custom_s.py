"""Customers in a workbook."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.models import Customer
from tests.offline_script.kept import artifact
from tests.scripts import run_script
from tests.workbooks import read_cells


def test_all_customers_are_in_the_workbook(session: Session) -> None:
    session.add_all([Customer(name="李四", phone="013800138000", city="杭州"), Customer(name="=王五")])
    session.commit()
    outcome = run_script("ts_2024_06_10_export_custom_s")
    assert read_cells(artifact(outcome.run_id, "customers.xlsx")) == {
        **{"A1": "编号", "B1": "客户名称", "C1": "电话", "D1": "城市"},
        **{"A2": 1, "B2": "李四", "C2": "013800138000", "D2": "杭州"},
        **{"A3": 2, "B3": "=王五"},
    }
