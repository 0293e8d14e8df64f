"""The tables, one file each. Importing this package makes all of them known to the metadata."""

from app.models.api_token import ApiToken
from app.models.base import Base
from app.models.before_image import BeforeImage
from app.models.calendar_day import CalendarDay
from app.models.checkpoint import Checkpoint
from app.models.customer import Customer
from app.models.idempotency_key import IdempotencyKey
from app.models.imported_sheet import ImportedSheet
from app.models.order import Order
from app.models.rate_limit import RateLimit
from app.models.run import Run
from app.models.run_failure import RunFailure
from app.models.run_move import RunMove
from app.models.run_request import RunRequest
from app.models.seed import Seed
from app.models.session import Session
from app.models.upload import Upload
from app.models.upload_import import UploadImport
from app.models.user import User

__all__ = [
    "ApiToken",
    "Base",
    "BeforeImage",
    "CalendarDay",
    "Checkpoint",
    "Customer",
    "IdempotencyKey",
    "ImportedSheet",
    "Order",
    "RateLimit",
    "Run",
    "RunFailure",
    "RunMove",
    "RunRequest",
    "Seed",
    "Session",
    "Upload",
    "UploadImport",
    "User",
]
