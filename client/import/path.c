#include "client/import/path.h"

#include <stdio.h>
#include <string.h>

/* Whether another column of the collection takes telephones of that type. */
static bool
type_has_a_column(const struct collection *collection, struct bytes type)
{
	const struct column *column;
	const char *bracket;

	for (column = collection->columns; column->name != NULL; column++) {
		bracket = column->ctf == NULL ? NULL : strchr(column->ctf, '[');
		if (bracket != NULL && type.size == 1 &&
		    bracket[1] == (char)type.data[0])
			return true;
	}
	return false;
}

/* "Phones/Phone[H]/PhoneNo": the first Phone whose TelephoneType is H. */
static struct element *
resolve_type(const struct collection *collection, const char *path,
    struct element *element)
{
	const char *bracket = strchr(path, '[');
	char outer[ELEMENT_PATH_BYTES];
	struct element *each = NULL;
	struct element *type_element;
	struct bytes type;
	bool wanted;

	snprintf(outer, sizeof(outer), "%.*s", (int)(bracket - path), path);
	while ((each = element_each(element, outer, each)) != NULL) {
		type_element = element_find(each, "TelephoneType");
		type = element_text(each, "TelephoneType");
		if (bracket[1] == '*')
			wanted = !type_has_a_column(collection, type);
		else
			wanted =
			    type.size == 1 && (char)type.data[0] == bracket[1];
		if (!wanted)
			continue;
		if (type_element != NULL)
			type_element->used = true;
		return element_find(each, bracket + strlen("[H]/"));
	}
	return NULL;
}

/* "LEA+Estab": both, or none. */
static bool
resolve_sum(const char *path, struct element *element, struct element *parts[2])
{
	char left[ELEMENT_PATH_BYTES];
	const char *plus = strchr(path, '+');

	snprintf(left, sizeof(left), "%.*s", (int)(plus - path), path);
	parts[0] = element_find(element, left);
	parts[1] = element_find(element, plus + 1);
	return parts[0] != NULL && parts[1] != NULL;
}

bool
path_resolve(const struct collection *collection, const struct column *column,
    struct element *pupil, struct element *element, struct element *parts[2])
{
	const char *path = column->ctf;

	parts[0] = NULL;
	parts[1] = NULL;
	if (path == NULL)
		return false;
	if (strchr(path, '+') != NULL)
		return resolve_sum(path, element, parts);
	if (strchr(path, '[') != NULL)
		parts[0] = resolve_type(collection, path, element);
	else if (path[0] == '/')
		parts[0] = element_find(pupil, path);
	else
		parts[0] = element_find(element, path);
	return parts[0] != NULL;
}
