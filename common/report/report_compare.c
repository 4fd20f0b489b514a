/*
 * What is new and what is gone since an earlier report.
 */
#include <string.h>

#include "common/report/report_private.h"

/* The keys of a section as the members of an object; a new reference. */
static json_t *
set_of_keys(const json_t *section)
{
	json_t *set = json_object();
	json_t *key;
	size_t i;

	json_array_foreach(json_object_get(section, "keys"), i, key)
	{
		json_object_set_new(set, json_string_value(key), json_true());
	}
	return set;
}

static json_int_t
count_missing(const json_t *section, const json_t *set)
{
	json_int_t count = 0;
	json_t *key;
	size_t i;

	json_array_foreach(json_object_get(section, "keys"), i, key)
	{
		count += json_object_get(set, json_string_value(key)) == NULL;
	}
	return count;
}

static void
mark_items(const json_t *section, const json_t *before)
{
	json_t *item;
	size_t i;

	json_array_foreach(json_object_get(section, "items"), i, item)
	{
		json_object_set_new(item, "new",
		    json_boolean(json_object_get(before,
				     report_text(item, "key")) == NULL));
	}
}

static const json_t *
find_section(const json_t *sections, const char *kind)
{
	json_t *section;
	size_t i;

	json_array_foreach(sections, i, section)
	{
		if (strcmp(report_text(section, "kind"), kind) == 0)
			return section;
	}
	return NULL;
}

static void
compare_section(json_t *section, const json_t *earlier)
{
	json_t *now = set_of_keys(section);
	json_t *before = set_of_keys(earlier);

	json_object_set_new(section, "new",
	    json_integer(count_missing(section, before)));
	json_object_set_new(section, "gone",
	    json_integer(count_missing(earlier, now)));
	mark_items(section, before);
	json_decref(now);
	json_decref(before);
}

void
report_compare(json_t *report, const json_t *earlier)
{
	json_t *section;
	size_t i;

	json_object_set(report, "compared_with",
	    json_object_get(earlier, "day"));
	for (int list = 0; list < 2; list++) {
		const char *name = report_lists[list];

		json_array_foreach(json_object_get(report, name), i, section)
		{
			compare_section(section,
			    find_section(json_object_get(earlier, name),
				report_text(section, "kind")));
		}
	}
}
