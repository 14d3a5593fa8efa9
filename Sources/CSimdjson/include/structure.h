#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// simdjson's first stage alone: where the structure of a JSON text stands. It decides nothing about grammar.
typedef struct lantern_structure lantern_structure;

typedef enum lantern_structure_status {
    /// The indexes are valid until the next call.
    lantern_structure_ok = 0,
    /// Not UTF-8, or a string is not closed or contains a control character, or there is nothing but blanks.
    lantern_structure_fault = 1,
    /// No memory for the indexes, or more than 4 GB: nothing was read.
    lantern_structure_no_memory = 2,
} lantern_structure_status;

typedef struct lantern_structure_indexes {
    /// Positions of brackets, colons, commas, and of the first byte of each string, number or word, all outside of
    /// strings and ascending; behind the last one stands the length of the text.
    const uint32_t *positions;
    uint32_t count;
} lantern_structure_indexes;

/// Whether this processor has a kernel that we use. simdjson's portable one reads up to three bytes behind the text and does
/// not check UTF-8 outside of strings.
int lantern_structure_available(void);

/// NULL where there is no memory. The caller destroys it.
lantern_structure *lantern_structure_create(void);
void lantern_structure_destroy(lantern_structure *structure);

/// Reads `count` bytes and nothing behind them: no padding is needed, and nothing is kept of `text`.
lantern_structure_status lantern_structure_index(
    lantern_structure *structure, const uint8_t *text, size_t count, lantern_structure_indexes *indexes);

/// Gives memory back that a text of more than `count` bytes took.
void lantern_structure_shrink(lantern_structure *structure, size_t count);

/// For how large a text there is memory.
size_t lantern_structure_capacity(const lantern_structure *structure);

/// The position of the first backslash of `text` from `start` on, or PTRDIFF_MAX.
size_t lantern_find_backslash(const uint8_t *text, size_t start, size_t count);

#ifdef __cplusplus
}
#endif
