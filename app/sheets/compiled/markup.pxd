cdef enum:  # what stands in a cell
    BLANK
    NUMBER
    SHARED
    TRUTH
    INLINE

cdef struct Slot:
    int type
    int style
    const char *text
    Py_ssize_t size

cdef bint skip(const char **at, const char *end, const char *expected, Py_ssize_t size) noexcept
cdef void skip_blanks(const char **at, const char *end) noexcept
cdef int number_at(const char **at, const char *end, int most_digits) except -1
cdef int read_attributes(const char **at, const char *end) except -1
cdef int position_at(const char **at) noexcept
cdef int read_cell(const char **at, const char *end, int styles, Slot *slot) except -1
