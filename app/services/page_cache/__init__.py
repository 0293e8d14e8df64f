"""What pages compute of tables, kept in Redis (`REDIS_URL`) until a table changes; without Redis nothing is kept.

How no page shows what was true before a commit: each table has a version. Whoever commits rows gives the table another
version before the commit, with a mark that it is changing, and again after it, with the mark taken off. What is kept
carries the versions that were read before it was computed, and is good only while they are the same; while a table has
a mark, nothing of it is kept or taken. Where a writer dies between the two, its mark expires by itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from app.services.page_cache.versions import Versions, away_is_logged


def cached(name: str, feeds: Sequence[str], compute: Callable[[], Any]) -> Any:
    """Return what `compute()` returns now, or has returned since its tables changed last, as JSON gives it back.

    Another application's writes are not noticed: what those change is shown after `KEPT_S` seconds.

    Args:
        name: what is computed, with all that it depends on: `rows of orders where "li"`.
        feeds: the tables that it reads. No views, and of the ledger's own tables only runs.
        compute: returns what JSON can hold. What it reads it must read in a transaction that it begins itself, as
            `reading()` does: the snapshot of one that is open already may be older than the versions.
    """
    versions, look = Versions.of_app(), None
    if versions is not None:
        with away_is_logged():
            look = versions.look(name, feeds)
    if look is not None and look.kept is not None:
        return json.loads(look.kept)
    text = json.dumps(compute(), ensure_ascii=False)
    if versions is not None and look is not None:
        with away_is_logged():
            versions.keep(name, look, text)
    return json.loads(text)
