#include "common/support/config.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/support/file.h"
#include "common/support/number.h"

struct config_entry {
	const char *key;
	const char *value;
};

void
config_deinit(struct config *config)
{
	arena_deinit(&config->arena);
	*config = (struct config){ 0 };
}

static struct config_entry *
find(const struct config *config, struct bytes key)
{
	for (size_t i = 0; i < config->count; i++)
		if (bytes_equal_text(key, config->entries[i].key))
			return &config->entries[i];
	return NULL;
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct bytes
trim(struct bytes text)
{
	while (text.size > 0 && is_blank(text.data[0]))
		bytes_advance(&text, 1);
	while (text.size > 0 && is_blank(text.data[text.size - 1]))
		text.size--;
	return text;
}

/* Length of the UTF-8 character at the front of text, or 0. */
static size_t
character_size(struct bytes text)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint8_t first = text.data[0];
	size_t size = first < 0x80    ? 1
	              : first >= 0xf0 ? 4
	              : first >= 0xe0 ? 3
	                              : 2;
	uint32_t point = size == 1 ? first : first & (0x7fu >> size);

	if (size > text.size || (first >= 0x80 && first < 0xc0) ||
	    first >= 0xf8)
		return 0;
	for (size_t i = 1; i < size; i++) {
		if ((text.data[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (text.data[i] & 0x3fu);
	}
	if (point < least[size] || point > 0x10ffff ||
	    (point >= 0xd800 && point <= 0xdfff))
		return 0;
	return size;
}

/* UTF-8, and no control character but the tab. */
static bool
value_is_valid(struct bytes value)
{
	while (value.size > 0) {
		uint8_t first = value.data[0];
		size_t size = character_size(value);

		if (size == 0 || (first < ' ' && first != '\t') ||
		    first == 0x7f)
			return false;
		bytes_advance(&value, size);
	}
	return true;
}

static bool
key_is_valid(struct bytes key)
{
	if (key.size == 0 || key.size > CONFIG_KEY_BYTES)
		return false;
	for (size_t i = 0; i < key.size; i++)
		if (key.data[i] == '\0' ||
		    strchr("abcdefghijklmnopqrstuvwxyz0123456789_.-",
			key.data[i]) == NULL)
			return false;
	return true;
}

/* Copy both and put them in, in place of what the key had. */
static enum status
store(struct config *config, struct bytes key, struct bytes value,
    struct error *err)
{
	struct config_entry *entry = find(config, key);
	struct config_entry copy;

	if (entry == NULL && config->count == CONFIG_ENTRIES)
		return error_set(err, STATUS_TOO_LARGE,
		    "there are more than %d settings", CONFIG_ENTRIES);
	if (config->entries == NULL)
		config->entries = arena_array(&config->arena, CONFIG_ENTRIES,
		    sizeof(*config->entries));
	copy.key = arena_text(&config->arena, key);
	copy.value = arena_text(&config->arena, value);
	if (config->entries == NULL || copy.key == NULL || copy.value == NULL)
		return error_set(err, STATUS_NOMEM, "keep a setting: %s",
		    status_text(STATUS_NOMEM));
	if (entry == NULL)
		entry = &config->entries[config->count++];
	*entry = copy;
	return STATUS_OK;
}

static enum status
parse_line(struct bytes line, struct config *config, struct error *err)
{
	const uint8_t *equals;
	struct bytes key, value;

	line = trim(line);
	if (line.size == 0 || line.data[0] == '#')
		return STATUS_OK;
	equals = memchr(line.data, '=', line.size);
	if (equals == NULL)
		return error_set(err, STATUS_INVALID,
		    "it is not of the form key = value");
	key = line;
	key.size = (size_t)(equals - line.data);
	value = line;
	bytes_advance(&value, key.size + 1);
	key = trim(key);
	value = trim(value);
	if (!key_is_valid(key))
		return error_set(err, STATUS_INVALID,
		    "a key is made of a to z, 0 to 9, _, . and -");
	if (find(config, key) != NULL)
		return error_set(err, STATUS_INVALID, "%.*s is set twice",
		    (int)key.size, (const char *)key.data);
	if (value.size > CONFIG_VALUE_BYTES)
		return error_set(err, STATUS_TOO_LARGE,
		    "the value of %.*s is longer than %d bytes", (int)key.size,
		    (const char *)key.data, CONFIG_VALUE_BYTES);
	if (!value_is_valid(value))
		return error_set(err, STATUS_INVALID,
		    "the value of %.*s is not text (UTF-8)", (int)key.size,
		    (const char *)key.data);
	return store(config, key, value, err);
}

enum status
config_parse(struct bytes text, struct config *config, struct error *err)
{
	if (text.size > CONFIG_FILE_BYTES)
		return error_set(err, STATUS_TOO_LARGE,
		    "it is longer than %d bytes", CONFIG_FILE_BYTES);
	for (int number = 1; text.size > 0; number++) {
		const uint8_t *end = memchr(text.data, '\n', text.size);
		struct bytes line = text;
		enum status status;

		if (end != NULL)
			line.size = (size_t)(end - text.data);
		status = parse_line(line, config, err);
		if (status != STATUS_OK && err != NULL)
			error_wrap(err, "line %d", number);
		if (status != STATUS_OK)
			return status;
		bytes_advance(&text, line.size + (end != NULL));
	}
	return STATUS_OK;
}

static int
compare_entries(const void *a, const void *b)
{
	const struct config_entry *left = a, *right = b;

	return strcmp(left->key, right->key);
}

enum status
config_format(const struct config *config, struct buffer *out)
{
	struct config_entry sorted[CONFIG_ENTRIES];
	size_t before = out->size;
	enum status status = STATUS_OK;

	if (config->count == 0)
		return STATUS_OK;
	memcpy(sorted, config->entries, config->count * sizeof(*sorted));
	qsort(sorted, config->count, sizeof(*sorted), compare_entries);
	for (size_t i = 0; i < config->count && status == STATUS_OK; i++) {
		const char *pieces[] = { sorted[i].key, " = ", sorted[i].value,
			"\n" };

		for (size_t j = 0; j < 4 && status == STATUS_OK; j++)
			status = buffer_append(out, bytes_of_text(pieces[j]));
	}
	if (status != STATUS_OK)
		buffer_truncate(out, before);
	return status;
}

enum status
config_load(const char *path, struct config *config, struct error *err)
{
	struct buffer text = { 0 };
	enum status status;

	status = file_read(path, CONFIG_FILE_BYTES, &text, err);
	if (status == STATUS_OK) {
		status = config_parse(buffer_view(&text), config, err);
		if (status != STATUS_OK && err != NULL)
			error_wrap(err, "%s", path);
	}
	buffer_deinit(&text);
	return status;
}

enum status
config_save(const char *path, const struct config *config, struct error *err)
{
	struct buffer text = { 0 };
	enum status status;

	status = config_format(config, &text);
	if (status == STATUS_OK)
		status = file_write(path, buffer_view(&text), FILE_SECRET, err);
	else
		error_set(err, status, "write %s: %s", path,
		    status_text(status));
	buffer_deinit(&text);
	return status;
}

enum status
config_set(struct config *config, const char *key, const char *value,
    struct error *err)
{
	struct bytes name = bytes_of_text(key);
	struct config_entry *entry;

	assert(key_is_valid(name));
	if (value == NULL) {
		entry = find(config, name);
		if (entry != NULL)
			*entry = config->entries[--config->count];
		return STATUS_OK;
	}
	if (strlen(value) > CONFIG_VALUE_BYTES ||
	    !value_is_valid(bytes_of_text(value)))
		return error_set(err, STATUS_INVALID,
		    "%s: one line of text is needed, of at most %d bytes", key,
		    CONFIG_VALUE_BYTES);
	return store(config, name, trim(bytes_of_text(value)), err);
}

const char *
config_text(const struct config *config, const char *key, const char *fallback)
{
	const struct config_entry *entry = find(config, bytes_of_text(key));

	return entry != NULL ? entry->value : fallback;
}

enum status
config_integer(const struct config *config, const char *key, int64_t min,
    int64_t max, int64_t *value, struct error *err)
{
	const char *text = config_text(config, key, NULL);

	if (text == NULL)
		return STATUS_OK;
	if (!number_parse(text, min, max, value))
		return error_set(err, STATUS_INVALID,
		    "%s: \"%.40s\" is not a whole number from %" PRId64
		    " to %" PRId64,
		    key, text, min, max);
	return STATUS_OK;
}

enum status
config_flag(const struct config *config, const char *key, bool *value,
    struct error *err)
{
	static const char *const words[] = { "no", "yes", "false", "true",
		"off", "on", "0", "1" };
	const char *text = config_text(config, key, NULL);

	if (text == NULL)
		return STATUS_OK;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(text, words[i]) == 0) {
			*value = i % 2 == 1;
			return STATUS_OK;
		}
	return error_set(err, STATUS_INVALID,
	    "%s: \"%.40s\" is neither yes nor no", key, text);
}
