#include "common/report/child_key.h"

#include <assert.h>
#include <sqlite3.h>
#include <string.h>

#include "common/replica/sql.h"

/* The letter below the accent, from U+00C0 to U+017F; '-' is none. */
static const char below_accents[] =
    "aaaaaaaceeeeiiiidnooooo-ouuuuyts"
    "aaaaaaaceeeeiiiidnooooo-ouuuuyty"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhh"
    "iiiiiiiiiiiijjkkkllllllllllnnnnnnnnn"
    "oooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

static_assert(sizeof(below_accents) - 1 == 0x17f - 0xc0 + 1,
    "one for each character");

struct key {
	char *text;
	size_t size;
};

static void
put(struct key *key, char byte)
{
	if (key->size < CHILD_KEY_BYTES - 1)
		key->text[key->size++] = byte;
}

static bool
is_passed_over(uint32_t character)
{
	return character < '0' || (character > '9' && character < 'A') ||
	       (character > 'Z' && character < 'a') ||
	       (character > 'z' && character < 0xc0) ||
	       (character >= 0x300 && character <= 0x36f) || /* accents */
	       (character >= 0x2000 && character <= 0x206f); /* punctuation */
}

/* Of valid UTF-8; a byte that is none stands for itself. */
static uint32_t
character_at(struct bytes text, size_t *size)
{
	uint8_t first = text.data[0];
	uint32_t character;

	*size = 1;
	if (first < 0xc0 || first >= 0xf0)
		return first;
	if (first < 0xe0 && text.size >= 2) {
		*size = 2;
		return ((first & 0x1fu) << 6) | (text.data[1] & 0x3fu);
	}
	if (first < 0xe0 || text.size < 3)
		return first;
	*size = 3;
	character = ((first & 0x0fu) << 12) | ((text.data[1] & 0x3fu) << 6);
	return character | (text.data[2] & 0x3fu);
}

static void
put_name(struct key *key, struct bytes name)
{
	uint32_t character;
	size_t size;

	for (; name.size > 0; bytes_advance(&name, size)) {
		character = character_at(name, &size);
		if (size == 1 && character >= 0x80) {
			put(key, (char)name.data[0]); /* of other scripts */
		} else if (is_passed_over(character)) {
			continue;
		} else if (character >= 'A' && character <= 'Z') {
			put(key, (char)(character - 'A' + 'a'));
		} else if (character < 0x80) {
			put(key, (char)character);
		} else if (character <= 0x17f) {
			put(key, below_accents[character - 0xc0]);
		} else {
			for (size_t i = 0; i < size; i++)
				put(key, (char)name.data[i]);
		}
	}
	put(key, ' ');
}

size_t
child_key_make(struct bytes surname, struct bytes forename,
    struct bytes birth_date, char text[CHILD_KEY_BYTES])
{
	struct key key = { .text = text };

	for (size_t i = 0; i < birth_date.size; i++)
		put(&key, (char)birth_date.data[i]);
	put(&key, ' ');
	put_name(&key, surname);
	put_name(&key, forename);
	text[key.size] = '\0';
	return key.size;
}

/* --- in statements -------------------------------------------------------- */

static struct bytes
bytes_of_argument(sqlite3_value *argument)
{
	const uint8_t *text = sqlite3_value_text(argument);

	return (struct bytes){ text, (size_t)sqlite3_value_bytes(argument) };
}

static void
call_child_key(sqlite3_context *context, int count, sqlite3_value **arguments)
{
	char key[CHILD_KEY_BYTES];
	struct bytes parts[3];
	size_t size;

	assert(count == 3);
	(void)count;
	for (int i = 0; i < 3; i++) {
		parts[i] = bytes_of_argument(arguments[i]);
		if (parts[i].data == NULL)
			return;
	}
	size = child_key_make(parts[0], parts[1], parts[2], key);
	sqlite3_result_text(context, key, (int)size, SQLITE_TRANSIENT);
}

/* SQLite does not let a function be defined again while a statement runs. */
static enum status
is_registered(struct replica *replica, uint64_t *is, struct error *err)
{
	return sql_finish_id(sql_use(replica,
				 "SELECT 1 FROM pragma_function_list WHERE "
				 "name = 'child_key'"),
	    is, err);
}

enum status
child_key_register(struct replica *replica, struct error *err)
{
	struct sqlite3 *database = replica_database(replica);
	uint64_t is;
	enum status status;
	int result;

	status = is_registered(replica, &is, err);
	if (status != STATUS_OK || is != 0)
		return status;
	result = sqlite3_create_function(database, "child_key", 3,
	    SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, call_child_key, NULL,
	    NULL);
	return result == SQLITE_OK ? STATUS_OK
	                           : sql_error(database, result, err);
}
