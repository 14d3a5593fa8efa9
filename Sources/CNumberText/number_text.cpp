#include "number_text.h"

#include <charconv>

template <typename Number> static int shortest(Number number, char *text) {
    auto result = std::to_chars(text, text + LANTERN_NUMBER_ROOM, number, std::chars_format::scientific);
    return static_cast<int>(result.ptr - text);
}

int lantern_shortest_double(double number, char *text) { return shortest(number, text); }
int lantern_shortest_float(float number, char *text) { return shortest(number, text); }
