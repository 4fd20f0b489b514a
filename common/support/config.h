/*
 * Settings in a file of lines `key = value`.
 *
 * Keys are [a-z0-9_.-], once each; a value is what is left of the line
 * without the blanks around it, UTF-8 without control characters.  Empty lines
 * and lines that begin with # are passed over, and not kept by config_save.
 */
#ifndef COMMON_SUPPORT_CONFIG_H
#define COMMON_SUPPORT_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/bytes.h"

enum {
	CONFIG_FILE_BYTES = 64 * 1024,
	CONFIG_ENTRIES = 256,
	CONFIG_KEY_BYTES = 64,
	CONFIG_VALUE_BYTES = 4096,
};

/* {0} is a valid empty one. */
struct config {
	struct arena arena;
	struct config_entry *entries;
	size_t count;
};

void config_deinit(struct config *config);

/*
 * Pure.  Adds to an empty config.  STATUS_INVALID says the line and what is
 * wrong with it; STATUS_TOO_LARGE, STATUS_NOMEM.
 */
enum status config_parse(struct bytes text, struct config *config,
    struct error *err);

/* Sorted by key. */
enum status config_format(const struct config *config, struct buffer *out);

/* STATUS_NOT_FOUND when there is no such file. */
enum status config_load(const char *path, struct config *config,
    struct error *err);

/* Atomically, readable by this user alone. */
enum status config_save(const char *path, const struct config *config,
    struct error *err);

/* Replaces; NULL removes. */
enum status config_set(struct config *config, const char *key,
    const char *value, struct error *err);

/* Borrowed until the config changes; fallback when the key is not there. */
const char *config_text(const struct config *config, const char *key,
    const char *fallback);

/* As above, but *value is left alone when the key is not there. */
enum status config_integer(const struct config *config, const char *key,
    int64_t min, int64_t max, int64_t *value, struct error *err);

/* yes, no, true, false, on, off, 1, 0 */
enum status config_flag(const struct config *config, const char *key,
    bool *value, struct error *err);

#endif
