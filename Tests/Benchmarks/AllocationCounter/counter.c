#include "allocation_counter.h"

#include <errno.h>
#include <execinfo.h>
#include <stddef.h>
#include <unistd.h>

// What glibc's own functions are called inside it.
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static __thread unsigned long allocations;
static __thread int traces;

static void count(void) {
    allocations++;
    if (traces > 0) {
        int left = traces - 1;
        traces = 0;  // what is called here may allocate
        void *frames[24];
        int depth = backtrace(frames, 24);
        backtrace_symbols_fd(frames + 2, depth - 2, STDERR_FILENO);
        (void)!write(STDERR_FILENO, "\n", 1);
        traces = left;
    }
}

unsigned long lantern_allocations(void) { return allocations; }

void lantern_trace_allocations(int wanted) {
    void *frames[1];
    backtrace(frames, 1);  // loads what it needs
    traces = wanted;
}

void *malloc(size_t size) {
    count();
    return __libc_malloc(size);
}

void *calloc(size_t items, size_t size) {
    count();
    return __libc_calloc(items, size);
}

void *realloc(void *memory, size_t size) {
    count();
    return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size) {
    count();
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    count();
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
    count();
    void *made = __libc_memalign(alignment, size);
    if (!made) return ENOMEM;
    *memory = made;
    return 0;
}
