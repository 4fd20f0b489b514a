#include "client/access/rights.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
	ADDRESS_ROLES = ROLE_LEAD | ROLE_HEAD | ROLE_OFFICE,
	FILE_ROLES = ROLE_LEAD | ROLE_HEAD | ROLE_SENCO | ROLE_YEAR,
	TRANSFER_ROLES = ROLE_LEAD | ROLE_HEAD | ROLE_YEAR | ROLE_OFFICE,
	CALLER_ROLES = FILE_ROLES | ROLE_OFFICE,
};

static const struct {
	uint32_t roles;
	const char *what;
} actions[ACTION_COUNT] = {
	[ACTION_IMPORT_CTF] = { ADDRESS_ROLES, "importing a CTF" },
	[ACTION_IMPORT_CSV] = { CALLER_ROLES, "importing a CSV file" },
	[ACTION_EXPORT_CTF] = { ADDRESS_ROLES, "exporting a CTF" },
	[ACTION_EXPORT_CSV] = { CALLER_ROLES, "exporting a CSV file" },
	[ACTION_TRANSFER_OPEN] = { TRANSFER_ROLES, "opening a transfer" },
	[ACTION_TRANSFER_ANSWER] = { TRANSFER_ROLES, "answering a transfer" },
	[ACTION_TRANSFER_ACCEPT] = { TRANSFER_ROLES, "accepting a transfer" },
	[ACTION_TRANSFER_CANCEL] = { TRANSFER_ROLES, "cancelling a transfer" },
	[ACTION_RESOLVE] = { ROLE_ALL, "settling a conflict" },
	[ACTION_REFUSED] = { ROLE_ALL, "mending what was refused" },
	[ACTION_STAFF] = { ROLE_LEAD | ROLE_HEAD, "managing accounts" },
	[ACTION_SETTINGS] = { ADDRESS_ROLES, "changing settings" },
	[ACTION_REPORT] = { CALLER_ROLES, "the morning report" },
	[ACTION_RECONCILE] = { ADDRESS_ROLES, "comparing with the hub" },
	[ACTION_SUBJECT] = { ROLE_LEAD | ROLE_HEAD, "all about one child" },
	[ACTION_PROFILE] = { FILE_ROLES | ROLE_TEACHER,
	    "printing the one-page profile" },
};

/* --- roles of records ----------------------------------------------------- */

/* The lead sees everything, the head what is not the lead's alone. */
static uint32_t
with_heads(uint32_t roles)
{
	if (roles == ROLE_LEAD)
		return roles;
	return roles | ROLE_LEAD | ROLE_HEAD;
}

static const struct code_set *
kinds_of(const struct collection *collection)
{
	const struct column *column =
	    collection_column(collection, bytes_of_text("kind"));

	return column == NULL ? NULL : column->codes;
}

static uint32_t
roles_of_code(const struct collection *collection, const struct code *code)
{
	return code->roles != 0 ? code->roles : collection->roles;
}

/* As the record's kind says, else as its collection. */
static uint32_t
roles_of_kind(const struct collection *collection, struct bytes kind)
{
	const struct code_set *kinds = kinds_of(collection);
	uint32_t least = collection->roles;

	if (kinds == NULL)
		return collection->roles;
	for (const struct code *code = kinds->codes; code->code != NULL;
	     code++) {
		if (bytes_equal_text(kind, code->code))
			return roles_of_code(collection, code);
		least &= roles_of_code(collection, code);
	}
	return least;
}

/* Of the record without regard to single columns. */
static uint32_t
roles_of_record(const struct rights_about *about)
{
	uint32_t roles;

	if (about->dossier == DOSSIER_KIND_SAFEGUARDING)
		return ROLE_LEAD;
	roles = roles_of_kind(about->collection, about->kind);
	if (!about->own)
		roles &= ~about->collection->roles_own;
	return with_heads(roles);
}

static bool
is_one_of(const struct viewer *viewer, uint32_t roles)
{
	return viewer->set_up || (roles & ROLE_ALL) == ROLE_ALL ||
	       (viewer->roles & roles) != 0;
}

/* What is said of a column stands within what is said of the kind. */
static bool
sees_column(const struct viewer *viewer, const struct rights_about *about,
    const struct column *column)
{
	const struct collection *collection = about->collection;
	uint32_t roles = column->roles;

	if (about->address_confidential && column->tie != NULL &&
	    strcmp(column->tie, "address") == 0 &&
	    !is_one_of(viewer, ADDRESS_ROLES))
		return false;
	if (roles == ROLE_NOBODY)
		return viewer->set_up;
	if (roles == 0 || about->dossier == DOSSIER_KIND_SAFEGUARDING)
		return is_one_of(viewer, roles_of_record(about));
	if (!about->own)
		roles &= ~collection->roles_own;
	if (roles_of_kind(collection, about->kind) != collection->roles)
		roles &= roles_of_kind(collection, about->kind);
	return is_one_of(viewer, with_heads(roles));
}

bool
rights_may_see(const struct viewer *viewer, const struct rights_about *about,
    const struct column *column)
{
	if (column != NULL)
		return sees_column(viewer, about, column);
	if (is_one_of(viewer, roles_of_record(about)))
		return true;
	for (column = about->collection->columns; column->name != NULL;
	     column++)
		if (column->roles != 0 && sees_column(viewer, about, column))
			return true;
	return false;
}

bool
rights_may_write(const struct viewer *viewer, const struct rights_about *about,
    const struct column *column)
{
	uint32_t writers = about->collection->roles_write;

	if (writers == ROLE_NOBODY ||
	    !is_one_of(viewer, roles_of_record(about)) ||
	    (writers != 0 && !is_one_of(viewer, writers)))
		return false;
	return column == NULL || sees_column(viewer, about, column);
}

bool
rights_may_see_some(const struct viewer *viewer,
    const struct collection *collection, const struct column *column)
{
	const struct code_set *kinds = kinds_of(collection);
	struct rights_about about = { .collection = collection, .own = true };

	if (rights_may_see(viewer, &about, column))
		return true;
	for (const struct code *code = kinds == NULL ? NULL : kinds->codes;
	     code != NULL && code->code != NULL; code++) {
		about.kind = bytes_of_text(code->code);
		if (rights_may_see(viewer, &about, column))
			return true;
	}
	return false;
}

bool
rights_may_write_all(const struct viewer *viewer,
    const struct collection *collection)
{
	const struct rights_about about = {
		.collection = collection,
		.address_confidential = true,
	};

	if (!rights_may_write(viewer, &about, NULL))
		return false;
	for (const struct column *column = collection->columns;
	     column->name != NULL; column++)
		if (!rights_may_write(viewer, &about, column))
			return false;
	return true;
}

/* --- actions -------------------------------------------------------------- */

bool
rights_may_do(const struct viewer *viewer, enum action action)
{
	assert(action < ACTION_COUNT);
	return is_one_of(viewer, actions[action].roles);
}

void
rights_name_roles(uint32_t roles, char out[RIGHTS_ROLES_BYTES])
{
	static const struct {
		uint32_t role;
		const char *name;
	} names[] = {
		{ ROLE_LEAD, "safeguarding leads" },
		{ ROLE_HEAD, "the head" },
		{ ROLE_SENCO, "the SENCO" },
		{ ROLE_YEAR, "heads of year" },
		{ ROLE_OFFICE, "the office" },
		{ ROLE_TEACHER, "teachers" },
	};

	const size_t count = sizeof(names) / sizeof(names[0]);
	uint32_t left = 0;
	size_t size = 0;

	for (size_t i = 0; i < count; i++)
		left |= roles & names[i].role;
	snprintf(out, RIGHTS_ROLES_BYTES, "nobody");
	for (size_t i = 0; i < count; i++) {
		if ((left & names[i].role) == 0)
			continue;
		left &= ~names[i].role;
		size += (size_t)snprintf(out + size, RIGHTS_ROLES_BYTES - size,
		    "%s%s",
		    size == 0   ? ""
		    : left == 0 ? " and "
				: ", ",
		    names[i].name);
	}
}

enum status
rights_check(const struct viewer *viewer, enum action action, struct error *err)
{
	char roles[RIGHTS_ROLES_BYTES];

	if (rights_may_do(viewer, action))
		return STATUS_OK;
	rights_name_roles(actions[action].roles, roles);
	return error_set(err, STATUS_DENIED, "%s is for %s",
	    actions[action].what, roles);
}
