#include "structure.h"
#include <simdjson.h>
#include <cstring>
#include <memory>
#include <new>

// What is used of simdjson is the same from 3.0.1 (Debian 12) to 3.12 (Debian 13) and on: the implementation's factory,
// its virtual `stage1`, and the two public members with the result. In all of them `stage1` reads whole blocks of 64 or
// 128 bytes only while more than one block is left, and the last one from a copy on its stack (buf_block_reader), so
// that not one byte behind the text is read. `parse`, which needs padding, is not used.

struct lantern_structure {
    std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;
};

static const size_t smallest_capacity = 16384;

static bool make_room(lantern_structure *structure, size_t capacity) {
    if (!structure->parser) {
        return simdjson::get_active_implementation()->create_dom_parser_implementation(
            capacity, 1, structure->parser) == simdjson::SUCCESS;
    }
    return structure->parser->set_capacity(capacity) == simdjson::SUCCESS;
}

extern "C" int lantern_structure_available(void) {
    return simdjson::get_active_implementation()->name() != "fallback";
}

extern "C" lantern_structure *lantern_structure_create(void) {
    auto structure = new (std::nothrow) lantern_structure;
    if (structure && !make_room(structure, smallest_capacity)) {
        delete structure;
        return nullptr;
    }
    return structure;
}

extern "C" void lantern_structure_destroy(lantern_structure *structure) { delete structure; }

extern "C" lantern_structure_status lantern_structure_index(
    lantern_structure *structure, const uint8_t *text, size_t count, lantern_structure_indexes *indexes) {
    if (count == 0) { return lantern_structure_fault; }
    if (count > structure->parser->capacity()) {
        size_t capacity = count <= (size_t(1) << 20) ? size_t(1) << 20 : count;
        if (count <= (size_t(1) << 17)) { capacity = size_t(1) << 17; }
        if (!make_room(structure, capacity)) {
            return lantern_structure_no_memory;
        }
    }
    if (structure->parser->stage1(text, count, simdjson::stage1_mode::regular) != simdjson::SUCCESS) {
        return lantern_structure_fault;
    }
    indexes->positions = structure->parser->structural_indexes.get();
    indexes->count = structure->parser->n_structural_indexes;
    return lantern_structure_ok;
}

extern "C" void lantern_structure_shrink(lantern_structure *structure, size_t count) {
    if (structure->parser->capacity() > count && count >= smallest_capacity) {
        structure->parser->set_capacity(smallest_capacity);
    }
}

extern "C" size_t lantern_structure_capacity(const lantern_structure *structure) { return structure->parser->capacity(); }

extern "C" size_t lantern_find_backslash(const uint8_t *text, size_t start, size_t count) {
    if (start >= count) { return PTRDIFF_MAX; }
    auto found = static_cast<const uint8_t *>(std::memchr(text + start, '\\', count - start));
    return found ? size_t(found - text) : PTRDIFF_MAX;
}
