from libc.stdint cimport int64_t

cdef enum:  # what a style makes of numbers: nothing, a moment, a day, or what is left to the other path
    PLAIN
    MOMENT
    DAY
    ODD

cdef struct Style:
    int shape
    int64_t epoch  # the ordinal of serial 0
    int64_t first, last  # the serials that have a date

cdef struct Moment:
    int64_t ordinal
    int64_t second  # of the day

cdef int moment_of(const char *text, Py_ssize_t size, Style *style, Moment *moment) except -1
cdef void write_date(int64_t ordinal, char *out) noexcept
