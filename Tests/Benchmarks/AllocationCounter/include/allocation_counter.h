#pragma once

// Calls of malloc, calloc, realloc, posix_memalign, aligned_alloc and memalign by the calling thread, in this program and
// every library that it loads: the program's own definitions come before the C library's (glibc only).
unsigned long lantern_allocations(void);

// Writes the call stacks of the next `count` allocations of the calling thread to stderr.
void lantern_trace_allocations(int count);
