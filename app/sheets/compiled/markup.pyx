# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The XML of rows and cells of the usual make.

It comes from a stranger. It is read in one direction, within `bytes`, behind whose end Python keeps a NUL that fits
nothing; nothing is looked at behind a byte that does not fit.
"""

from libc.stdint cimport uint8_t
from libc.string cimport memchr, memcmp

from app.sheets.compiled.unusual import Unusual

cdef enum:
    MOST_LETTERS = 3  # of a column's name


cdef bint skip(const char **at, const char *end, const char *expected, Py_ssize_t size) noexcept:
    """Tell whether these bytes come next, and step behind them."""
    if end - at[0] < size or memcmp(at[0], expected, size):
        return False
    at[0] += size
    return True


cdef void skip_blanks(const char **at, const char *end) noexcept:
    """Step behind blanks."""
    while at[0] < end and at[0][0] in b" \t\r\n":
        at[0] += 1


cdef int number_at(const char **at, const char *end, int most_digits) except -1:
    """Read a whole number, and step behind it."""
    cdef int number = 0, digits = 0
    while at[0] < end and c"0" <= at[0][0] <= c"9" and digits < most_digits:
        number = number * 10 + (at[0][0] - c"0")
        at[0] += 1
        digits += 1
    if not digits:
        raise Unusual
    return number


cdef int position_at(const char **at) noexcept:
    """Read the letters of a column, and step behind them; return its position, -1 of none."""
    cdef int position = 0, letters = 0
    while c"A" <= at[0][0] <= c"Z" and letters < MOST_LETTERS:
        position = position * 26 + (at[0][0] - c"A" + 1)
        at[0] += 1
        letters += 1
    return position - 1


cdef int read_attributes(const char **at, const char *end) except -1:
    """Step behind the other attributes of a row; none of them may hide it."""
    cdef const char *name
    while at[0] < end and at[0][0] == c" ":
        at[0] += 1
        name = at[0]
        if end - name < 8 or not memcmp(name, b"hidden", 6) or not memcmp(name, b"xmlns", 5):
            raise Unusual
        while c"a" <= at[0][0] <= c"z" or c"A" <= at[0][0] <= c"Z" or c"0" <= at[0][0] <= c":":
            at[0] += 1
        if at[0] == name or not skip(at, end, b'="', 2):
            raise Unusual
        while c" " <= at[0][0] < 0x7F and at[0][0] not in b'"<>/&':
            at[0] += 1
        if not skip(at, end, b'"', 1):
            raise Unusual
    return 0


cdef int read_cell(const char **at, const char *end, int styles, Slot *slot) except -1:
    """Read a cell from behind its address; its style is below `styles`."""
    cdef bint is_in_line = False
    slot.style = 0
    slot.type = NUMBER
    if skip(at, end, b' s="', 4):
        slot.style = number_at(at, end, 9)
        if slot.style >= styles or not skip(at, end, b'"', 1):
            raise Unusual
    if skip(at, end, b' t="', 4):
        if skip(at, end, b's"', 2):
            slot.type = SHARED
        elif skip(at, end, b'b"', 2):
            slot.type = TRUTH
        elif skip(at, end, b'str"', 4):
            slot.type = INLINE
        elif skip(at, end, b'inlineStr"', 10):
            slot.type = INLINE
            is_in_line = True
        elif not skip(at, end, b'n"', 2):
            raise Unusual
    if skip(at, end, b"/>", 2):
        slot.type = BLANK
        return 0
    if not is_in_line:
        if not skip(at, end, b"><v>", 4):
            raise Unusual
    elif not skip(at, end, b"><is><t>", 8) and not skip(at, end, b'><is><t xml:space="preserve">', 29):
        raise Unusual
    slot.text = at[0]
    at[0] = <const char *>memchr(slot.text, c"<", end - slot.text)
    if at[0] == NULL or at[0] == slot.text:
        raise Unusual
    slot.size = at[0] - slot.text
    if not skip(at, end, b"</t></is></c>", 13) if is_in_line else not skip(at, end, b"</v></c>", 8):
        raise Unusual
    if slot.type == INLINE and not _is_plain(slot.text, slot.size):
        raise Unusual
    return 0


cdef bint _is_plain(const char *text, Py_ssize_t size) noexcept:
    """Tell whether a text of the XML is what it spells: without references, escapes, or what XML forbids."""
    cdef const char *end = text + size
    cdef uint8_t sign
    while text < end:
        sign = <uint8_t>text[0]
        if sign < 0x20 and sign != c"\t" and sign != c"\n" or sign == c"&":
            return False
        if sign == c"_" and text[1] == c"x" or sign == c"]" and text[1] == c"]":
            return False
        if sign == 0xEF and <uint8_t>text[1] == 0xBF and <uint8_t>text[2] >= 0xBE:
            return False
        text += 1
    return True
