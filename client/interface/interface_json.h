/*
 * Records as the page is shown them, and the values it sends back.
 */
#ifndef CLIENT_INTERFACE_INTERFACE_JSON_H
#define CLIENT_INTERFACE_INTERFACE_JSON_H

#include "client/interface/interface_private.h"

/* "A record" of docs/INTERFACE.md; NULL and call->error. */
json_t *json_record(struct call *call, const struct view_record *shown);

/* {"id", "name"} as far as the viewer sees it; null for 0. */
json_t *json_named(struct call *call, uint64_t id);

/* The name of a record as the viewer sees it.  False: none. */
bool json_name(struct call *call, uint64_t id, char *out, size_t capacity);

/* A column's value of a record, or null. */
json_t *json_column(const struct record *record, const char *column);

/* The record of that collection, noted as the view's act says.
 * STATUS_NOT_FOUND: there is none, or not for them. */
enum status json_get(struct call *call, const struct collection *collection,
    uint64_t id, struct view_record *shown);

/* Set a column from what the page sent.  STATUS_INVALID. */
enum status json_set(struct call *call, struct draft *draft, int64_t record,
    const struct column *column, const json_t *value);

#endif
