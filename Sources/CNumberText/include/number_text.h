#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/// Room that any number's text needs.
#define LANTERN_NUMBER_ROOM 32

/// The fewest digits that read back as the same number, as `d.ddde±dd`; returns how many bytes were written to `text`.
/// The number must be finite. Nothing is allocated.
int lantern_shortest_double(double number, char *text);
int lantern_shortest_float(float number, char *text);

#ifdef __cplusplus
}
#endif
