#pragma once
#include <sys/eventfd.h>

/* A descriptor that counts wake-ups; neither reading nor writing blocks. -1 with errno if there is none. */
static inline int lantern_wake_descriptor(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }
