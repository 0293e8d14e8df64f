# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Days and moments: serials of a worksheet, of whole seconds."""

from libc.stdint cimport int64_t, uint64_t
from libc.string cimport memchr

from app.sheets.compiled.numbers cimport Number, parse, power_of_ten, write_padded

from app.sheets.compiled.unusual import Unusual

cdef enum:
    DAY_S = 86400
    LAST_SURE_DAY = 65536  # in 2079; half an ulp of a serial before it is 0.31 microseconds
    MOST_DECIMALS = 14  # of a serial: 10 to that, times the seconds of a day, are below 2 to the 64

# How far from a whole second the text of a serial may be: its double is then rounded to a microsecond, which
# `serials.split` allows; and what it allows besides where a writer has cut the decimals.
cdef double OFF_S = 0.9e-6
cdef double CUT_AT_9_S = 43e-6
cdef double CUT_AT_10_S = 4e-6


cdef int moment_of(const char *text, Py_ssize_t size, Style *style, Moment *moment) except -1:
    """Read a serial that is a whole second: see `app.sheets.read.xlsx.serials.split`, also on what writers cut off."""
    cdef Number number
    cdef uint64_t part, seconds, off
    cdef int64_t day
    cdef double allowed = OFF_S
    if not parse(text, size, &number) or number.is_negative or number.decimals > MOST_DECIMALS:
        raise Unusual
    part = power_of_ten(number.decimals)
    day = number.units // part
    if day < style.first:
        raise Unusual
    seconds = number.units % part * DAY_S
    off = seconds % part
    seconds //= part
    if 2 * off >= part:
        off = part - off
        seconds += 1
    if memchr(text, c"E", size) == NULL and memchr(text, c"e", size) == NULL:
        if 8 <= number.decimals <= 9:
            allowed += CUT_AT_9_S
        elif number.decimals == 10:
            allowed += CUT_AT_10_S
    if <double>off > allowed * <double>part or style.shape == DAY and off:
        raise Unusual
    if seconds == DAY_S:
        seconds = 0
        day += 1
    if day >= style.last or day >= LAST_SURE_DAY or style.shape == DAY and seconds:
        raise Unusual
    moment.ordinal = style.epoch + day
    moment.second = seconds
    return 0


cdef void write_date(int64_t ordinal, char *out) noexcept:
    """Write a date as YYYY-MM-DD by its ordinal, day 1 being 1 January of the year 1.

    By the eras of 400 years that begin on 1 March (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
    """
    cdef int64_t day = ordinal + 305
    cdef int64_t era = day // 146097
    cdef int64_t of_era = day - era * 146097
    cdef int64_t year = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    cdef int64_t of_year = of_era - (365 * year + year // 4 - year // 100)
    cdef int64_t month = (5 * of_year + 2) // 153
    write_padded(of_year - (153 * month + 2) // 5 + 1, 2, out + 8)
    month += 3 if month < 10 else -9
    write_padded(year + era * 400 + (month <= 2), 4, out)
    out[4] = out[7] = c"-"
    write_padded(month, 2, out + 5)
