"""Some rows of a sheet by their numbers, packed small: runs of rows that follow each other, compressed."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable, Iterator

WORD = "I"  # 4 bytes; a sheet's rows end at 1,048,576
WORD_BYTES = 4


def packed(numbers: Iterable[int]) -> bytes:
    """Return row numbers, in rising order, as bytes of the same order on every machine."""
    ends = array(WORD)
    for number in numbers:
        if ends and number == ends[-1]:
            ends[-1] = number + 1
        else:
            ends.extend((number, number + 1))
    return zlib.compress(_little_endian(ends).tobytes())


def unpacked(data: bytes) -> list[tuple[int, int]]:
    """Return the runs of rows that were packed: the first of each and the one behind its last.

    Raises:
        ValueError: the bytes are no packed rows.
    """
    try:
        ends = array(WORD, zlib.decompress(data))
    except zlib.error as error:
        raise ValueError(str(error)) from None
    pairs = iter(_little_endian(ends))
    return list(zip(pairs, pairs, strict=True))


def numbers_of(runs: Iterable[tuple[int, int]]) -> Iterator[int]:
    """Yield the numbers in runs of rows."""
    for first, behind in runs:
        yield from range(first, behind)


def _little_endian(words: array[int]) -> array[int]:
    if array("H", [1]).tobytes() == b"\0\1":
        words = array(WORD, words)
        words.byteswap()
    return words
