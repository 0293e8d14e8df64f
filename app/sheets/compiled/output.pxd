from libc.stdint cimport int64_t

cdef struct Buffer:
    char *data
    Py_ssize_t size, room

cdef class Output:
    cdef Buffer *_buffer  # of each column; lines for LOAD DATA all go into the first one
    cdef Buffer *_at
    cdef int _columns
    cdef readonly bint for_load_data

    cdef void clear(self) noexcept
    cdef void begin(self, int column) noexcept
    cdef int end(self, bint is_last) except -1
    cdef int null(self) except -1
    cdef int integer(self, int64_t value) except -1
    cdef int real(self, double value) except -1
    cdef int ascii(self, const char *text, Py_ssize_t size) except -1
    cdef int text(self, const char *utf8, Py_ssize_t size, bint is_ascii) except -1
    cdef bytes rows(self, int count)
