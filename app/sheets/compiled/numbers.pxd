from libc.stdint cimport uint64_t

cdef struct Number:
    bint is_negative
    uint64_t units  # the number, times 10 to its decimals
    int digits  # of the units; 0 of 0
    int decimals

cdef bint parse(const char *text, Py_ssize_t size, Number *number) noexcept
cdef int to_15_digits(const char *text, Py_ssize_t size, Number *number) except -1
cdef double value_of(Number *number) noexcept
cdef uint64_t power_of_ten(int exponent) noexcept
cdef int write_digits(uint64_t units, char *out) noexcept
cdef int write_number(Number *number, char *out) noexcept
cdef int write_decimal(bint is_negative, uint64_t units, int scale, char *out) noexcept
cdef void write_padded(uint64_t number, int width, char *out) noexcept
