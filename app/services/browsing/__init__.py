"""Look at tables in the browser: which there are, and their rows, sorted, searched and a page at a time."""

from app.services.browsing.exact import LONGEST_EXACT, Cut
from app.services.browsing.listing import ABOUT, EXACTLY, MORE_THAN, TableEntry, tables_for_browsing
from app.services.browsing.ordering import NoSuchColumn
from app.services.browsing.rows import EXACT, RowPage, check_browsable, is_browsable, page
from app.services.browsing.values import LONGEST_TEXT
from app.services.search_text import LONGEST_SEARCH

__all__ = [
    "ABOUT",
    "EXACT",
    "EXACTLY",
    "LONGEST_EXACT",
    "LONGEST_SEARCH",
    "LONGEST_TEXT",
    "MORE_THAN",
    "Cut",
    "NoSuchColumn",
    "RowPage",
    "TableEntry",
    "check_browsable",
    "is_browsable",
    "page",
    "tables_for_browsing",
]
