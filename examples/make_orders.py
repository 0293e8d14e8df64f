"""Make `examples/orders.xlsx`: 1,200 orders as a team would send them, Chinese and English mixed.

    python examples/make_orders.py [FILE]

The same rows come out every time.
"""

from __future__ import annotations

import random
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.styles import Font

FILE = Path(__file__).with_name("orders.xlsx")
ROWS = 1_200
HEADERS = ("订单号", "客户名称", "电话", "商品", "数量", "金额", "状态", "下单时间", "备注")
CUSTOMERS = (
    "李雷",
    "韩梅梅",
    "王小明",
    "陈静",
    "Ann Lee",
    "Bob O'Neil",
    "上海蓝天贸易有限公司",
    "Zoë Müller",
    "Acme Ltd",
)
ITEMS = (
    ("龙井茶 250g", 128.00),
    ("保温杯 Thermos 0.5L", 89.90),
    ("Notebook A5, ruled", 12.50),
    ("机械键盘 87 键", 399.00),
    ("USB-C 充电线 2m", 25.80),
    ("Desk lamp 台灯", 159.00),
    ("雨伞 ☔", 45.00),
)
STATUSES = ("new", "paid", "shipped", "done", "cancelled")
NOTES = (None, None, None, "请尽快发货", "Gift wrap, please", "开发票：抬头个人", "Leave at door\nring twice", "改地址")


def orders() -> list[tuple[Any, ...]]:
    """Return the rows, in the order of `HEADERS`."""
    chance = random.Random(20261120)  # noqa: S311 - sample data
    start = datetime(2026, 10, 1, 8)
    rows = []
    for number in range(ROWS):
        item, price = chance.choice(ITEMS)
        quantity = chance.randint(1, 12)
        phone = f"1{chance.choice((38, 39, 50, 86))}{chance.randrange(10**8):08d}"
        created = start + timedelta(minutes=35 * number + chance.randrange(30))
        rows.append(
            (
                f"2026{number + 1:06d}",
                chance.choice(CUSTOMERS),
                phone if chance.random() < 0.9 else None,
                item,
                quantity,
                round(price * quantity, 2),
                chance.choice(STATUSES),
                created,
                chance.choice(NOTES),
            )
        )
    return rows


def main() -> None:
    """Write the workbook."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None  # noqa: S101 - a new workbook has one
    sheet.title = "订单"
    sheet.append(HEADERS)
    for row in orders():
        sheet.append(row)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for (cell,) in sheet["H2" : f"H{ROWS + 1}"]:
        cell.number_format = "yyyy-mm-dd hh:mm"
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDEFGHI", (14, 24, 14, 24, 8, 12, 12, 18, 24), strict=True):
        sheet.column_dimensions[letter].width = width
    workbook.save(Path(sys.argv[1]) if len(sys.argv) > 1 else FILE)


if __name__ == "__main__":
    main()
