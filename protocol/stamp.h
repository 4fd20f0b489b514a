/*
 * Stamps: a hybrid logical clock, (milliseconds since 2020 << 16) + n.  A
 * stamp chooses only which head of a field is shown first; no right ever
 * depends on one.
 */
#ifndef PROTOCOL_STAMP_H
#define PROTOCOL_STAMP_H

#include <stdint.h>

#define STAMP_EPOCH_UNIX_MS UINT64_C(1577836800000) /* 2020-01-01T00:00Z */
#define STAMP_MAX           INT64_MAX

/* max(last + 1, now << 16); saturates at STAMP_MAX.  now_ms is Unix time. */
uint64_t stamp_next(uint64_t last, uint64_t now_ms);

/* The least stamp of that millisecond; before 2020 is 0. */
uint64_t stamp_from_ms(uint64_t unix_ms);

/* Unix time in milliseconds. */
uint64_t stamp_to_ms(uint64_t stamp);

#endif
