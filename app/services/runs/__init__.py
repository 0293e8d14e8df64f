"""The run ledger: nothing changes data without a row that says so.

Any service opens a run with `recorded`; the command line, the web and scripts all come through here.
"""

from app.services.runs.committing import CommitUnknown, commit
from app.services.runs.files import artifact_of, log_of
from app.services.runs.folders import folder_of
from app.services.runs.log_lines import followed_lines, log_lines, log_place
from app.services.runs.new_row import Details
from app.services.runs.open_run import OpenRun
from app.services.runs.queries import (
    Filter,
    as_dict,
    failures_of,
    failures_page,
    get,
    matching,
    moves_of,
    newest,
    page,
    shown_state,
)
from app.services.runs.recording import recorded
from app.services.runs.verification import Verification, verify

__all__ = [
    "CommitUnknown",
    "Details",
    "Filter",
    "OpenRun",
    "Verification",
    "artifact_of",
    "as_dict",
    "commit",
    "failures_of",
    "failures_page",
    "folder_of",
    "followed_lines",
    "get",
    "log_lines",
    "log_of",
    "log_place",
    "matching",
    "moves_of",
    "newest",
    "page",
    "recorded",
    "shown_state",
    "verify",
]
