"""The run ledger: nothing changes data without a row that says so.

Any service opens a run with `recorded`; the command line, the web and scripts all come through here.
"""

from app.services.runs.committing import CommitUnknown, commit
from app.services.runs.folders import folder_of
from app.services.runs.log_lines import followed_lines, log_lines, log_place
from app.services.runs.open_run import OpenRun
from app.services.runs.queries import Filter, as_dict, failures_of, get, moves_of, newest, shown_state
from app.services.runs.recording import Details, recorded
from app.services.runs.verification import Verification, verify

__all__ = [
    "CommitUnknown",
    "Details",
    "Filter",
    "OpenRun",
    "Verification",
    "as_dict",
    "commit",
    "failures_of",
    "folder_of",
    "followed_lines",
    "get",
    "log_lines",
    "log_place",
    "moves_of",
    "newest",
    "recorded",
    "shown_state",
    "verify",
]
