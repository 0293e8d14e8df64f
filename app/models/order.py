"""`orders`: what was sold."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import DateTime, Enum, Integer, Numeric, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base

STATUSES = ("new", "paid", "shipped", "done", "cancelled")


class Order(Base):
    """An order; the comments are the headers that people's sheets have. `created_at` is as the sheets have it.

    `amount` is what was paid; where `unit_price` is known, it is quantity × unit price.
    """

    __tablename__ = "orders"

    order_no: Mapped[str] = mapped_column(String(20), primary_key=True, comment="订单号")
    customer: Mapped[str] = mapped_column(String(100), comment="客户名称")
    phone: Mapped[str | None] = mapped_column(String(20), comment="电话")
    item: Mapped[str] = mapped_column(String(200), comment="商品")
    quantity: Mapped[int] = mapped_column(Integer, server_default=text("1"), comment="数量")
    amount: Mapped[Decimal] = mapped_column(Numeric(12, 2), comment="金额")
    status: Mapped[str] = mapped_column(Enum(*STATUSES, name="status"), server_default="new", comment="状态")
    created_at: Mapped[datetime] = mapped_column(DateTime, index=True, comment="下单时间")
    note: Mapped[str | None] = mapped_column(String(500), comment="备注")
    unit_price: Mapped[Decimal | None] = mapped_column(Numeric(12, 2), comment="单价")
