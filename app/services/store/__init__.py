"""The store: where uploads, kept workbooks and the files of runs are for every host (`STORE_URL`); see docs/store.md.

Without that setting nothing is in it, and nothing is put into it: each file is in the instance folder alone.
"""

from app.services.store.objects import (
    Stamp,
    delete,
    delete_under,
    exists,
    fetch,
    is_set,
    modified,
    names_in,
    put,
    read_small,
    stamp_of,
    write_small,
)
from app.services.store.problems import Changed, Missing, StoreFails

__all__ = [
    "Changed",
    "Missing",
    "Stamp",
    "StoreFails",
    "delete",
    "delete_under",
    "exists",
    "fetch",
    "is_set",
    "modified",
    "names_in",
    "put",
    "read_small",
    "stamp_of",
    "write_small",
]
