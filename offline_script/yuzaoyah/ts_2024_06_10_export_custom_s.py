"""Export all customers to a workbook, for the summer mailing of 2024.

Written for that one occasion; the file, customers.xlsx, is an artifact of the run.

\b
    flask script run ts_2024_06_10_export_custom_s
"""

from __future__ import annotations

from sqlalchemy import select

from app.models import Customer
from app.runner import script
from app.runner.script_run import ScriptRun
from app.services.workbooks import new_workbook
from app.words import counted

HEADERS = ("编号", "客户名称", "电话", "城市")


@script(owner="yuzaoyah", read_only=True)
def main(run: ScriptRun) -> None:
    """Write the customers, sorted by their numbers."""
    with new_workbook(run.artifact("customers.xlsx"), "customers", HEADERS, force=True) as book:
        for page in run.batches(select(Customer), size=1000):
            book.add((each.id, each.name, each.phone, each.city) for each in page)
    run.log.info("%s in customers.xlsx", counted(book.rows, "customer"))


if __name__ == "__main__":
    main()
