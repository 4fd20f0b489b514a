/*
 * Making accounts, changing them, and closing those of leavers.
 */
#include <string.h>

#include "client/access/login_private.h"
#include "client/access/rights.h"
#include "common/replica/draft.h"
#include "common/support/clock.h"
#include "protocol/identifier.h"

enum {
	MANAGERS = ROLE_LEAD | ROLE_HEAD, /* as ACTION_STAFF has it */
};

struct keeping {
	struct replica *replica;
	const struct viewer *viewer;
	uint64_t now_ms;
	struct draft *draft;
};

/* --- drafts --------------------------------------------------------------- */

/* STATUS_OK: a draft in a transaction. */
static enum status
begin(struct keeping *keeping, uint64_t dossier, struct error *err)
{
	return draft_create(keeping->replica, dossier, keeping->viewer->staff,
	    &keeping->draft, err);
}

static enum status
set(struct keeping *keeping, int64_t record, const char *column,
    const char *text, struct error *err)
{
	return draft_set_text(keeping->draft, record, column,
	    bytes_of_text(text == NULL ? "" : text), err);
}

static enum status
set_id(struct keeping *keeping, int64_t record, const char *column, uint64_t id,
    struct error *err)
{
	struct value value = value_integer((int64_t)id);

	return draft_set(keeping->draft, record, column, &value, err);
}

/* *id is that of the record with this handle. */
static enum status
finish(struct keeping *keeping, int64_t handle, uint64_t *id, struct error *err)
{
	uint64_t commit;
	enum status status =
	    draft_finish(keeping->draft, keeping->now_ms, &commit, err);

	if (status == STATUS_OK && handle != 0)
		*id = draft_record_id(keeping->draft, handle);
	draft_destroy(keeping->draft);
	keeping->draft = NULL;
	return status;
}

static enum status
end(struct keeping *keeping, enum status status, struct error *err)
{
	draft_destroy(keeping->draft);
	keeping->draft = NULL;
	if (status == STATUS_OK)
		status = replica_commit(keeping->replica, err);
	if (status != STATUS_OK)
		replica_rollback(keeping->replica);
	return status;
}

static enum status
set_roles(struct keeping *keeping, int64_t record, const char *role,
    const char *second, struct error *err)
{
	enum status status = set(keeping, record, "role", role, err);

	if (status == STATUS_OK)
		status = set(keeping, record, "second_role", second, err);
	return status;
}

/* --- what is there -------------------------------------------------------- */

struct counting {
	struct replica *replica;
	uint64_t except;
	uint64_t count;
};

static bool
count_manager(void *context, const struct record *record)
{
	struct counting *counting = context;
	struct viewer viewer;

	if (record->id != counting->except &&
	    viewer_of_login(counting->replica, record->id, &viewer,
		ERROR_IGNORED) == STATUS_OK &&
	    (viewer.roles & MANAGERS) != 0)
		counting->count++;
	return true;
}

static enum status
check_other_manager(struct replica *replica, uint64_t login, struct error *err)
{
	struct counting counting = { replica, login, 0 };
	struct record_query query = {
		.collection = catalogue_collection(bytes_of_text("login")),
		.dossier = replica_identity(replica).school,
	};
	enum status status =
	    record_each(replica, &query, count_manager, &counting, err);

	if (status == STATUS_OK && counting.count == 0)
		return error_set(err, STATUS_DENIED,
		    "this is the last account that can manage accounts; make "
		    "another for a lead or the head first");
	return status;
}

/* An account of this school that is open, with its name and member of staff.
 * name lives in arena. */
static enum status
read_account(struct replica *replica, uint64_t login, struct arena *arena,
    struct record *record, struct error *err)
{
	struct viewer viewer;
	enum status status = viewer_of_login(replica, login, &viewer, err);

	if (status == STATUS_DENIED)
		return error_set(err, STATUS_NOT_FOUND,
		    "this account is closed");
	return status == STATUS_OK
	           ? record_get(replica, login, arena, record, err)
	           : status;
}

static enum status
name_of_account(const struct record *record, char out[LOGIN_NAME_BYTES],
    struct error *err)
{
	struct value name = record_value(record, "login_name");
	char text[LOGIN_NAME_BYTES] = "";

	if (name.type == VALUE_TEXT && name.bytes.size < sizeof(text))
		memcpy(text, name.bytes.data, name.bytes.size);
	return login_fold_name(text, out)
	           ? STATUS_OK
	           : error_set(err, STATUS_INVALID,
			 "this account has no name that can be typed");
}

/* --- passphrases ---------------------------------------------------------- */

/* Checked and made before there is a transaction: it takes a second. */
static enum status
make_secret(struct replica *replica, const char *name, struct bytes passphrase,
    uint8_t secret[PASSPHRASE_SECRET_BYTES], struct error *err)
{
	struct arena arena = { 0 };
	struct record school;
	struct value value = value_null();
	enum status status;

	if (record_get(replica, replica_identity(replica).school, &arena,
		&school, ERROR_IGNORED) == STATUS_OK &&
	    school.collection != NULL)
		value = record_value(&school, "name");
	status = passphrase_check(passphrase, name,
	    value.type == VALUE_TEXT ? (const char *)value.bytes.data : NULL,
	    err);
	arena_deinit(&arena);
	if (status == STATUS_OK)
		status = passphrase_make(passphrase, bytes_of_text(name),
		    secret, err);
	return status;
}

static enum status
set_secret(struct keeping *keeping, int64_t record,
    const uint8_t secret[PASSPHRASE_SECRET_BYTES], struct error *err)
{
	struct value value =
	    value_blob((struct bytes){ secret, PASSPHRASE_SECRET_BYTES });

	return draft_set(keeping->draft, record, "secret", &value, err);
}

enum status
login_set_passphrase(struct replica *replica, const struct viewer *viewer,
    uint64_t login, const struct login_attempt *proof, struct bytes passphrase,
    uint64_t now_ms, struct error *err)
{
	struct keeping keeping = { replica, viewer, now_ms, NULL };
	bool own = login == viewer->login;
	uint8_t secret[PASSPHRASE_SECRET_BYTES];
	char name[LOGIN_NAME_BYTES];
	struct arena arena = { 0 };
	struct record record;
	enum status status = STATUS_OK;

	if (!own)
		status = rights_check(viewer, ACTION_STAFF, err);
	else if (proof == NULL || !proof->right || proof->login != login)
		status = error_set(err, STATUS_DENIED,
		    "type your present passphrase first");
	if (status == STATUS_OK)
		status = read_account(replica, login, &arena, &record, err);
	if (status == STATUS_OK)
		status = name_of_account(&record, name, err);
	if (status == STATUS_OK)
		status = make_secret(replica, name, passphrase, secret, err);
	arena_deinit(&arena);
	if (status == STATUS_OK)
		status = replica_begin(replica, err);
	if (status != STATUS_OK)
		return status;
	status = begin(&keeping, viewer->school, err);
	if (status == STATUS_OK)
		status = set_secret(&keeping, (int64_t)login, secret, err);
	if (status == STATUS_OK)
		status = finish(&keeping, 0, NULL, err);
	return end(&keeping, status, err);
}

/* --- a new one ------------------------------------------------------------ */

static enum status
check_new(struct replica *replica, const struct viewer *viewer,
    const struct login_new *account, char name[LOGIN_NAME_BYTES],
    struct error *err)
{
	const char *second =
	    account->second_role == NULL ? "" : account->second_role;
	struct viewer keeper;
	uint64_t login;
	enum status status = rights_check(viewer, ACTION_STAFF, err);

	if (status == STATUS_OK && viewer->set_up)
		status = viewer_begin_set_up(replica, &keeper, err);
	if (status == STATUS_OK && viewer->set_up)
		status = login_check_is_synced(replica, err);
	if (status != STATUS_OK)
		return status;
	if (viewer->set_up && ((viewer_roles_of(bytes_of_text(account->role)) |
				   viewer_roles_of(bytes_of_text(second))) &
				  MANAGERS) == 0)
		return error_set(err, STATUS_INVALID,
		    "the first account manages the others: it is a lead's or "
		    "the head's");
	if (!login_fold_name(account->login_name, name))
		return error_set(err, STATUS_INVALID,
		    "a name to log in by has 1 to %d letters, without spaces",
		    LOGIN_LETTERS_MAX);
	status = login_find(replica, name, &login, ERROR_IGNORED);
	if (status == STATUS_OK)
		return error_set(err, STATUS_EXISTS,
		    "there is an account \"%s\" already, or was", name);
	return status == STATUS_NOT_FOUND
	           ? STATUS_OK
	           : error_set(err, status, "look for accounts");
}

/* Of this school, and still here. */
static enum status
check_staff(const struct keeping *keeping, uint64_t staff, struct error *err)
{
	struct arena arena = { 0 };
	struct record record;
	struct value school = value_null();
	bool is_staff = false;

	if (record_get(keeping->replica, staff, &arena, &record,
		ERROR_IGNORED) == STATUS_OK &&
	    record.collection != NULL &&
	    strcmp(record.collection->name, "staff") == 0) {
		school = record_value(&record, "school");
		is_staff = record_value(&record, "left_on").type == VALUE_NULL;
	}
	arena_deinit(&arena);
	if (is_staff && school.type == VALUE_INTEGER &&
	    (uint64_t)school.integer == keeping->viewer->school)
		return STATUS_OK;
	return error_set(err, STATUS_NOT_FOUND,
	    "there is no such member of staff at this school; `throughline "
	    "list staff` shows them");
}

static enum status
write_staff(struct keeping *keeping, const struct login_new *account,
    uint64_t *staff, struct error *err)
{
	int64_t record = 0;
	enum status status = begin(keeping, DOSSIER_PARTNERSHIP, err);

	if (status == STATUS_OK)
		status = draft_insert(keeping->draft, "staff", &record, err);
	if (status == STATUS_OK)
		status = set_id(keeping, record, "school",
		    keeping->viewer->school, err);
	if (status == STATUS_OK)
		status = set(keeping, record, "surname", account->surname, err);
	if (status == STATUS_OK)
		status =
		    set(keeping, record, "forename", account->forename, err);
	if (status == STATUS_OK)
		status = set(keeping, record, "email", account->email, err);
	if (status == STATUS_OK)
		status = set_roles(keeping, record, account->role,
		    account->second_role, err);
	return status == STATUS_OK ? finish(keeping, record, staff, err)
	                           : status;
}

static enum status
write_login(struct keeping *keeping, const struct login_new *account,
    const char *name, uint64_t staff, const uint8_t *secret, uint64_t *login,
    struct error *err)
{
	int64_t record = 0;
	enum status status = begin(keeping, keeping->viewer->school, err);

	if (status == STATUS_OK)
		status = draft_insert(keeping->draft, "login", &record, err);
	if (status == STATUS_OK)
		status = set_id(keeping, record, "staff", staff, err);
	if (status == STATUS_OK)
		status = set(keeping, record, "login_name", name, err);
	if (status == STATUS_OK)
		status = set_roles(keeping, record, account->role,
		    account->second_role, err);
	if (status == STATUS_OK)
		status = set_secret(keeping, record, secret, err);
	return status == STATUS_OK ? finish(keeping, record, login, err)
	                           : status;
}

enum status
login_add(struct replica *replica, const struct viewer *viewer,
    const struct login_new *account, uint64_t now_ms, uint64_t *login,
    struct error *err)
{
	struct keeping keeping = { replica, viewer, now_ms, NULL };
	uint8_t secret[PASSPHRASE_SECRET_BYTES];
	char name[LOGIN_NAME_BYTES];
	uint64_t staff = account->staff;
	enum status status;

	status = check_new(replica, viewer, account, name, err);
	if (status == STATUS_OK && staff != 0)
		status = check_staff(&keeping, staff, err);
	if (status == STATUS_OK)
		status = make_secret(replica, name, account->passphrase, secret,
		    err);
	if (status == STATUS_OK)
		status = replica_begin(replica, err);
	if (status != STATUS_OK)
		return status;
	/* Somebody else may have been quicker. */
	status = check_new(replica, viewer, account, name, err);
	if (status == STATUS_OK && staff == 0)
		status = write_staff(&keeping, account, &staff, err);
	if (status == STATUS_OK)
		status = write_login(&keeping, account, name, staff, secret,
		    login, err);
	return end(&keeping, status, err);
}

/* --- changes -------------------------------------------------------------- */

/* The member of staff of an account; 0: it has none. */
static uint64_t
staff_of(const struct record *record)
{
	struct value staff = record_value(record, "staff");

	return staff.type == VALUE_INTEGER ? (uint64_t)staff.integer : 0;
}

static enum status
write_roles(struct keeping *keeping, const struct record *account,
    const char *role, const char *second, struct error *err)
{
	uint64_t staff = staff_of(account);
	enum status status = begin(keeping, keeping->viewer->school, err);

	if (status == STATUS_OK)
		status =
		    set_roles(keeping, (int64_t)account->id, role, second, err);
	if (status == STATUS_OK)
		status = finish(keeping, 0, NULL, err);
	if (status != STATUS_OK || staff == 0)
		return status;
	status = begin(keeping, DOSSIER_PARTNERSHIP, err);
	if (status == STATUS_OK)
		status = set_roles(keeping, (int64_t)staff, role, second, err);
	return status == STATUS_OK ? finish(keeping, 0, NULL, err) : status;
}

enum status
login_set_roles(struct replica *replica, const struct viewer *viewer,
    uint64_t login, const char *role, const char *second, uint64_t now_ms,
    struct error *err)
{
	struct keeping keeping = { replica, viewer, now_ms, NULL };
	uint32_t roles =
	    viewer_roles_of(bytes_of_text(role)) |
	    viewer_roles_of(bytes_of_text(second == NULL ? "" : second));
	struct arena arena = { 0 };
	struct record record;
	enum status status = rights_check(viewer, ACTION_STAFF, err);

	if (status == STATUS_OK)
		status = replica_begin(replica, err);
	if (status != STATUS_OK)
		return status;
	status = read_account(replica, login, &arena, &record, err);
	if (status == STATUS_OK && (roles & MANAGERS) == 0)
		status = check_other_manager(replica, login, err);
	if (status == STATUS_OK)
		status = write_roles(&keeping, &record, role, second, err);
	arena_deinit(&arena);
	return end(&keeping, status, err);
}

static enum status
write_closed(struct keeping *keeping, const struct record *account,
    const char *left_on, struct error *err)
{
	char moment[CLOCK_TEXT_BYTES], day[CLOCK_TEXT_BYTES];
	uint64_t staff = staff_of(account);
	enum status status = begin(keeping, keeping->viewer->school, err);

	clock_format((int64_t)keeping->now_ms, moment);
	memcpy(day, moment, sizeof(day));
	day[10] = '\0';
	memcpy(moment + 19, "Z", 2);
	if (status == STATUS_OK)
		status = set(keeping, (int64_t)account->id, "disabled_on",
		    moment, err);
	if (status == STATUS_OK)
		status = finish(keeping, 0, NULL, err);
	if (status != STATUS_OK || staff == 0)
		return status;
	status = begin(keeping, DOSSIER_PARTNERSHIP, err);
	if (status == STATUS_OK)
		status = set(keeping, (int64_t)staff, "left_on",
		    left_on == NULL ? day : left_on, err);
	return status == STATUS_OK ? finish(keeping, 0, NULL, err) : status;
}

enum status
login_close(struct replica *replica, const struct viewer *viewer,
    uint64_t login, const char *left_on, uint64_t now_ms, struct error *err)
{
	struct keeping keeping = { replica, viewer, now_ms, NULL };
	struct arena arena = { 0 };
	struct record record;
	enum status status = rights_check(viewer, ACTION_STAFF, err);

	if (status == STATUS_OK)
		status = replica_begin(replica, err);
	if (status != STATUS_OK)
		return status;
	status = read_account(replica, login, &arena, &record, err);
	if (status == STATUS_OK)
		status = check_other_manager(replica, login, err);
	if (status == STATUS_OK)
		status = write_closed(&keeping, &record, left_on, err);
	arena_deinit(&arena);
	return end(&keeping, status, err);
}
