#include "client/access/viewer.h"

#include <string.h>

#include "common/replica/record.h"

uint32_t
viewer_roles_of(struct bytes code)
{
	static const struct {
		const char *code;
		uint32_t role;
	} roles[] = {
		{ "lead", ROLE_LEAD },
		{ "deputy_lead", ROLE_LEAD },
		{ "head", ROLE_HEAD },
		{ "senco", ROLE_SENCO },
		{ "head_of_year", ROLE_YEAR },
		{ "transition_lead", ROLE_YEAR },
		{ "office", ROLE_OFFICE },
		{ "teacher", ROLE_TEACHER },
		{ "teaching_assistant", ROLE_TEACHER },
	};

	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (bytes_equal_text(code, roles[i].code))
			return roles[i].role;
	return 0;
}

/* --- whether there are accounts ------------------------------------------- */

static bool
count_account(void *context, const struct record *record)
{
	(void)record;
	++*(uint64_t *)context;
	return true;
}

enum status
viewer_count_accounts(struct replica *replica, uint64_t *count,
    struct error *err)
{
	struct record_query query = {
		.collection = catalogue_collection(bytes_of_text("login")),
		.dossier = replica_identity(replica).school,
	};

	*count = 0;
	if (query.collection == NULL || query.dossier == 0)
		return STATUS_OK;
	return record_each(replica, &query, count_account, count, err);
}

static void
begin(struct replica *replica, struct viewer *viewer)
{
	struct replica_identity identity = replica_identity(replica);

	*viewer = (struct viewer){
		.site = identity.site,
		.school = identity.school,
	};
}

enum status
viewer_begin_set_up(struct replica *replica, struct viewer *viewer,
    struct error *err)
{
	uint64_t count;
	enum status status;

	begin(replica, viewer);
	status = viewer_count_accounts(replica, &count, err);
	if (status == STATUS_OK && count > 0)
		return error_set(err, STATUS_DENIED,
		    "this school has accounts: say who you are");
	viewer->set_up = status == STATUS_OK;
	return status;
}

/* --- of an account -------------------------------------------------------- */

static uint32_t
roles_in(const struct record *record, const char *column)
{
	struct value value = record_value(record, column);

	return value.type == VALUE_TEXT ? viewer_roles_of(value.bytes) : 0;
}

struct narrowing {
	uint32_t role;
	uint32_t second;
	bool closed;
};

static bool
is_usable(const struct viewer *viewer, const struct record *record)
{
	return record->collection != NULL &&
	       strcmp(record->collection->name, "login") == 0 &&
	       record->state == RECORD_LIVE &&
	       record->dossier == viewer->school &&
	       record_value(record, "disabled_on").type == VALUE_NULL;
}

/* Two computers gave different roles at once: what both say counts, since no
 * right is to depend on whose clock was ahead.  One that was closed is. */
static bool
narrow(void *context, const struct conflict *conflict)
{
	struct narrowing *narrowing = context;
	uint32_t *roles = strcmp(conflict->field, "role") == 0
	                      ? &narrowing->role
	                      : &narrowing->second;

	for (uint32_t i = 0; i < conflict->value_count; i++) {
		const struct column_value *value =
		    &conflict->values[i].values[0];
		bool is_null = value->value.type != VALUE_TEXT;

		if (bytes_equal_text(value->column, "disabled_on"))
			narrowing->closed |= !is_null;
		else if (bytes_equal_text(value->column, "role") ||
			 bytes_equal_text(value->column, "second_role"))
			*roles &=
			    is_null ? 0 : viewer_roles_of(value->value.bytes);
	}
	return true;
}

static enum status
read_roles(struct replica *replica, const struct record *record,
    struct narrowing *narrowing, struct error *err)
{
	*narrowing = (struct narrowing){
		.role = roles_in(record, "role"),
		.second = roles_in(record, "second_role"),
	};
	if (record->conflicts == 0)
		return STATUS_OK;
	return conflict_each(replica, record->id, narrow, narrowing, err);
}

enum status
viewer_of_login(struct replica *replica, uint64_t login, struct viewer *viewer,
    struct error *err)
{
	struct narrowing narrowing = { 0, 0, false };
	struct arena arena = { 0 };
	struct record record = { 0 };
	struct value staff;
	bool usable = false;
	enum status status;

	begin(replica, viewer);
	status = record_get(replica, login, &arena, &record, err);
	if (status == STATUS_OK)
		usable = is_usable(viewer, &record);
	if (usable)
		status = read_roles(replica, &record, &narrowing, err);
	if (status == STATUS_NOT_FOUND ||
	    (status == STATUS_OK && (!usable || narrowing.closed)))
		status = error_set(err, STATUS_DENIED,
		    "this account has been closed; ask the head or a "
		    "safeguarding lead");
	if (status == STATUS_OK) {
		staff = record_value(&record, "staff");
		viewer->login = login;
		viewer->staff =
		    staff.type == VALUE_INTEGER ? (uint64_t)staff.integer : 0;
		viewer->roles = narrowing.role | narrowing.second;
	}
	arena_deinit(&arena);
	return status;
}
