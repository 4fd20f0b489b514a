/*
 * The trained dictionary (private to protocol/): protocol/dictionary.bin, put
 * into the program by the build.  tests/dictionary/ says how it is made.
 */
#ifndef PROTOCOL_DICTIONARY_H
#define PROTOCOL_DICTIONARY_H

#include <stddef.h>
#include <stdint.h>

extern const uint8_t dictionary_data[];
extern const size_t dictionary_size;

#endif
