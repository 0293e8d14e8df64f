"""The tables, one file each. Importing this package makes all of them known to the metadata."""

from app.models.base import Base
from app.models.before_image import BeforeImage
from app.models.calendar_day import CalendarDay
from app.models.checkpoint import Checkpoint
from app.models.customer import Customer
from app.models.imported_sheet import ImportedSheet
from app.models.order import Order
from app.models.run import Run
from app.models.run_failure import RunFailure
from app.models.run_move import RunMove
from app.models.seed import Seed
from app.models.user import User

__all__ = [
    "Base",
    "BeforeImage",
    "CalendarDay",
    "Checkpoint",
    "Customer",
    "ImportedSheet",
    "Order",
    "Run",
    "RunFailure",
    "RunMove",
    "Seed",
    "User",
]
