"""What parts the fields of a text file, found in its first records."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from itertools import islice

from app.sheets.problems import NotASpreadsheet

DELIMITERS = (",", ";", "\t", "|")
ONE_COLUMN = "\x1f"  # the delimiter of a file that has none: no text has this character (ASCII, unit separator)
SAMPLE_RECORDS = 200
# Excel takes a first line like this as what parts the fields, and does not show it.
_SEP_LINE = re.compile(r'"?sep=([^"\r\n\0])"?(\r\n|\r|\n|$)', re.IGNORECASE)


def sep_line(text: str) -> tuple[str, str]:
    """Return the delimiter that the first line of a text names, and that line; both "" where it is of the data."""
    match = _SEP_LINE.match(text)
    return (match[1], match[0]) if match else ("", "")


def find_delimiter(text: str, is_whole: bool) -> str:
    """Return the delimiter of a text by its beginning.

    It is the one that parts the most of the first records into equally many fields, and at least half of them, into
    more than one; of two alike, the one that makes more fields. Quoted fields and blank lines do not count.

    Args:
        text: the beginning of the file, without the line that `sep_line` finds.
        is_whole: it is the whole file; else its last record, which may be cut off, does not count.

    Raises:
        NotASpreadsheet: there are delimiters, and none of them makes columns.
    """
    best, best_share, best_width = "", 0.0, 0
    is_parted = False
    for delimiter in DELIMITERS:
        widths = _widths(text, delimiter, is_whole)
        if not widths:
            continue
        width, records = max(widths.items(), key=lambda item: (item[1], item[0]))
        is_parted = is_parted or max(widths) > 1
        share = records / widths.total()
        if width > 1 and share >= 0.5 and (share, width) > (best_share, best_width):
            best, best_share, best_width = delimiter, share, width
    if is_parted and not best:
        raise NotASpreadsheet(
            "This is text without columns: its lines have no , ; TAB or | in equal numbers.",
            'If it is CSV, name what parts the fields: --delimiter ";"; for a single column, what is not in it.',
        )
    return best or ONE_COLUMN


def _widths(text: str, delimiter: str, is_whole: bool) -> Counter[int]:
    """Return how many of the first records have how many fields."""
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    widths = [len(record) for record in islice(records, SAMPLE_RECORDS + 1) if record]
    if len(widths) > SAMPLE_RECORDS or not is_whole:
        widths = widths[:-1] or widths
    return Counter(widths)
