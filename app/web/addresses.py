"""Addresses that requests name, to be sent there: pages of ours alone."""

from __future__ import annotations


def ours(wanted: str, otherwise: str) -> str:
    """Return an address, if it is a path of this console; `otherwise` for all that a browser may read as another host.

    Browsers leave out tabs and line ends, and take a backslash for a slash (WHATWG, "URL Standard", 4.4).
    """
    is_plain = wanted.isprintable() and "\\" not in wanted
    return wanted if is_plain and wanted.startswith("/") and not wanted.startswith("//") else otherwise
