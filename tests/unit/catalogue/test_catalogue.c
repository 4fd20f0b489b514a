/*
 * The catalogue is well formed: what storage, the hub's checks and the pages
 * take for granted of it.
 */
#include "common/catalogue/in_force.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "protocol/limits.h"

static const struct collection *
collection_named(const char *name)
{
	const struct collection *found =
	    catalogue_collection(bytes_of_text(name));

	assert_non_null(found);
	return found;
}

static const struct column *
column_named(const char *collection, const char *column)
{
	const struct column *found =
	    collection_column(collection_named(collection),
		bytes_of_text(column));

	assert_non_null(found);
	return found;
}

/* Every collection is found by its name, and so is every column. */
static void
test_every_name_is_found_once(void **state)
{
	uint32_t count;
	const struct collection *all = catalogue_collections(&count);

	(void)state;
	assert_true(count > 40);
	for (uint32_t i = 0; i < count; i++) {
		struct bytes name = bytes_of_text(all[i].name);
		uint32_t k = 0;

		assert_true(name.size > 0 && name.size <= LIMIT_NAME_BYTES);
		assert_ptr_equal(catalogue_collection(name), &all[i]);
		for (; all[i].columns[k].name != NULL; k++) {
			const struct column *column = &all[i].columns[k];

			name = bytes_of_text(column->name);
			assert_true(name.size <= LIMIT_NAME_BYTES);
			assert_ptr_equal(collection_column(&all[i], name),
			    column);
			assert_int_equal(collection_column_index(&all[i],
					     column),
			    k);
		}
		assert_int_equal(collection_column_count(&all[i]), k);
		assert_true(k > 0 && k < LIMIT_COLUMNS_PER_CHANGE);
	}
}

static void
test_unknown_names_are_not_found(void **state)
{
	(void)state;
	assert_null(catalogue_collection(bytes_of_text("pupils")));
	assert_null(catalogue_collection(bytes_of_text("")));
	assert_null(collection_column(collection_named("pupil"),
	    bytes_of_text("deleted")));
	assert_null(collection_column(collection_named("pupil"),
	    bytes_of_text("happened_on")));
}

static void
check_column(const struct column *column)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789_";

	assert_int_equal(strspn(column->name, allowed), strlen(column->name));
	assert_string_not_equal(column->name, "id");
	assert_string_not_equal(column->name, "deleted");
	assert_true((column->type == COLUMN_CODE) == (column->codes != NULL));
	assert_true(
	    (column->type == COLUMN_REFERENCE) == (column->refers != NULL));
	if (column->type == COLUMN_TEXT)
		assert_in_range(column->max, 1, LIMIT_VALUE_BYTES / 4);
	if (column->type == COLUMN_BLOB) {
		assert_in_range(column->max, 1, LIMIT_VALUE_BYTES);
		assert_true(column->min <= column->max);
	}
	if (column->type == COLUMN_INTEGER || column->type == COLUMN_REAL)
		assert_true(column->min_value < column->max_value);
	if (column->refers != NULL)
		assert_non_null(
		    catalogue_collection(bytes_of_text(column->refers)));
}

/* A tie has no name that is a column's, and one arbiter for all of it. */
static void
check_tie(const struct collection *collection, const struct column *column)
{
	const struct column *other;
	uint32_t flags = COLUMN_ARBITRATED | COLUMN_ONCE;
	uint32_t tied = 0;

	if (column->tie == NULL)
		return;
	assert_null(collection_column(collection, bytes_of_text(column->tie)));
	for (other = collection->columns; other->name != NULL; other++) {
		if (strcmp(column_field(other), column->tie) != 0)
			continue;
		tied++;
		assert_int_equal(other->flags & flags, column->flags & flags);
		assert_int_equal(other->update_also, column->update_also);
	}
	assert_true(tied > 1);
}

static void
test_every_column_is_well_formed(void **state)
{
	uint32_t count;
	const struct collection *all = catalogue_collections(&count);

	(void)state;
	for (uint32_t i = 0; i < count; i++)
		for (const struct column *column = all[i].columns;
		     column->name != NULL; column++) {
			check_column(column);
			check_tie(&all[i], column);
		}
}

/* Each code once; unknown codes of a closed set would be refused. */
static void
test_every_code_stands_once_in_its_set(void **state)
{
	uint32_t count;
	const struct collection *all = catalogue_collections(&count);

	(void)state;
	for (uint32_t i = 0; i < count; i++)
		for (const struct column *column = all[i].columns;
		     column->name != NULL; column++) {
			if (column->codes == NULL)
				continue;
			for (const struct code *a = column->codes->codes;
			     a->code != NULL; a++) {
				assert_non_null(a->label);
				for (const struct code *b = a + 1;
				     b->code != NULL; b++)
					assert_string_not_equal(a->code,
					    b->code);
			}
		}
}

static void
test_every_collection_says_who_may(void **state)
{
	uint32_t count;
	const struct collection *all = catalogue_collections(&count);

	(void)state;
	for (uint32_t i = 0; i < count; i++) {
		assert_non_null(all[i].label);
		assert_true(all[i].dossiers != 0);
		assert_true(all[i].insert_rights != 0);
		assert_true(all[i].roles != 0);
		assert_int_equal(all[i].roles_own & ~all[i].roles, 0);
		if (all[i].append_only)
			assert_int_equal(all[i].update_rights |
					     all[i].delete_rights,
			    0);
	}
}

/* The columns of duplicate keys exist. */
static void
test_duplicate_keys_name_columns(void **state)
{
	uint32_t count;
	const struct collection *all = catalogue_collections(&count);

	(void)state;
	for (uint32_t i = 0; i < count; i++) {
		const char *key = all[i].duplicate_key;

		while (key != NULL && *key != '\0') {
			struct bytes name = bytes_of_text(key);

			name.size = strcspn(key, ",|");
			assert_non_null(collection_column(&all[i], name));
			key += name.size + (key[name.size] != '\0');
		}
	}
}

static void
test_fields_by_tie_and_arbiter(void **state)
{
	const struct collection *transfer = collection_named("transfer");

	(void)state;
	assert_string_equal(column_field(column_named("pupil", "town")),
	    "address");
	assert_string_equal(column_field(column_named("pupil", "upn")), "upn");
	assert_true(collection_field_is_arbitrated(transfer, "s"));
	assert_false(collection_field_is_arbitrated(transfer, "kind"));
	assert_true(collection_field_is_arbitrated(collection_named("pupil"),
	    "open_transfer"));
}

static void
assert_label(const char *collection, const char *column, const char *label)
{
	char buffer[LIMIT_NAME_BYTES + 1];

	assert_string_equal(column_label(column_named(collection, column),
				buffer, sizeof(buffer)),
	    label);
}

static void
test_labels_are_words(void **state)
{
	char small[6];

	(void)state;
	assert_label("pupil", "birth_date", "Birth date");
	assert_label("pupil", "upn", "UPN");
	assert_label("pupil", "nc_year_actual", "NC year actual");
	assert_label("pupil", "medical_flag", "Medical flag");
	assert_label("sen_provision", "sen_provision", "SEN provision");
	assert_label("contact", "responsibility", "Parental responsibility");
	assert_label("ctf_import", "ctf_version", "CTF version");
	assert_label("school", "laestab", "LAEstab");
	assert_string_equal(column_label(column_named("pupil", "birth_date"),
				small, sizeof(small)),
	    "Birth");
}

/* Who may pass a pupil on: not its holder alone. */
static void
test_rights_of_single_columns(void **state)
{
	(void)state;
	assert_int_equal(collection_named("pupil")->update_rights,
	    RIGHT_HOLDER);
	assert_int_equal(column_named("pupil", "holder")->update_also,
	    RIGHT_DESTINATION);
	assert_int_equal(collection_named("package")->update_rights, 0);
	assert_int_equal(column_named("package", "proof")->update_also,
	    RIGHT_DESTINATION | RIGHT_SENDER);
	assert_int_equal(column_named("package", "sent_on")->update_also,
	    RIGHT_HOLDER);
}

static void
test_fingerprint_is_always_the_same(void **state)
{
	(void)state;
	assert_true(catalogue_fingerprint() != 0);
	assert_true(catalogue_fingerprint() == catalogue_fingerprint());
}

/* Another catalogue in force is found by all that asks, until the built-in one
 * is in force again. */
static void
test_another_catalogue_is_in_force(void **state)
{
	static const struct column columns[] = {
		{ .name = "text", .type = COLUMN_TEXT, .max = 10 },
		{ .name = NULL },
	};
	static const struct collection collections[] = {
		{ .name = "novelty", .columns = columns },
		{ .name = NULL },
	};
	uint64_t fingerprint = catalogue_fingerprint();
	uint32_t version = catalogue_version(), count;
	struct catalogue *other = NULL;

	(void)state;
	assert_int_equal(catalogue_create(version + 1, collections, &other,
			     NULL),
	    STATUS_OK);
	assert_null(catalogue_collection(bytes_of_text("novelty")));
	catalogue_use(other);
	assert_int_equal(catalogue_version(), version + 1);
	assert_true(catalogue_fingerprint() != fingerprint);
	assert_non_null(column_named("novelty", "text"));
	assert_null(catalogue_collection(bytes_of_text("pupil")));
	(void)catalogue_collections(&count);
	assert_int_equal(count, 1);
	catalogue_use(NULL);
	assert_int_equal(catalogue_version(), version);
	assert_true(catalogue_fingerprint() == fingerprint);
	assert_non_null(collection_named("pupil"));
	catalogue_destroy(other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_name_is_found_once),
		cmocka_unit_test(test_unknown_names_are_not_found),
		cmocka_unit_test(test_every_column_is_well_formed),
		cmocka_unit_test(test_every_code_stands_once_in_its_set),
		cmocka_unit_test(test_every_collection_says_who_may),
		cmocka_unit_test(test_duplicate_keys_name_columns),
		cmocka_unit_test(test_fields_by_tie_and_arbiter),
		cmocka_unit_test(test_labels_are_words),
		cmocka_unit_test(test_rights_of_single_columns),
		cmocka_unit_test(test_fingerprint_is_always_the_same),
		cmocka_unit_test(test_another_catalogue_is_in_force),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
