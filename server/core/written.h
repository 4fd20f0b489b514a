/*
 * Looking into what a commit writes, and what the fields that it writes hold
 * now.
 */
#ifndef SERVER_CORE_WRITTEN_H
#define SERVER_CORE_WRITTEN_H

#include "common/replica/record.h"
#include "protocol/commit.h"

/* The value that change writes to column; NULL when it writes none. */
const struct value *written_value(const struct change *change,
    const char *column);

/* The integer (a reference) that it writes; 0 for none and for null. */
uint64_t written_reference(const struct change *change, const char *column);

/* Whether change i of commit creates its record. */
bool written_creates(const struct commit *commit, uint32_t i);

/* Whether a change of commit creates that record. */
bool written_is_new(const struct commit *commit, uint64_t record);

/* The change of a record that commit writes. */
const struct change *written_record(const struct commit *commit,
    uint64_t record);

/* The integer in a column of a record, or 0. */
uint64_t record_reference(const struct record *record, const char *column);

bool value_is_text(const struct value *value, const char *text);

/*
 * Whether column of record has a head whose value is not null; values of
 * heads that are not shown count too.
 */
enum status written_is_filled(struct replica *replica, uint64_t record,
    const struct column *column, struct arena *arena, bool *filled,
    struct error *err);

/* Whether the field that is written is one of which the hub allows only one
 * head. */
bool written_is_arbitrated(const struct collection *collection,
    const struct field_write *field);

/* The change with that id inside commit. */
const struct change *written_change(const struct commit *commit, uint64_t id);

#endif
