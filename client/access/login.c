/*
 * Entering: finding an account by its name, and looking at the passphrase.
 */
#include "client/access/login.h"

#include <ctype.h>
#include <string.h>

#include "client/access/login_private.h"
#include "client/access/tries.h"
#include "common/replica/dossier.h"

/* --- names ---------------------------------------------------------------- */

bool
login_fold_name(const char *name, char out[LOGIN_NAME_BYTES])
{
	struct bytes text = bytes_trimmed(bytes_of_text(name));

	if (text.size == 0 || text.size > LOGIN_LETTERS_MAX ||
	    !utf8_is_valid(text))
		return false;
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] <= ' ' || text.data[i] == 0x7f)
			return false;
		out[i] = (char)tolower(text.data[i]);
	}
	out[text.size] = '\0';
	return true;
}

struct finding {
	struct bytes name;
	uint64_t open; /* the first of that name */
	uint64_t closed;
};

static bool
look_at_login(void *context, const struct record *record)
{
	struct finding *finding = context;
	struct value name = record_value(record, "login_name");

	if (name.type != VALUE_TEXT || !bytes_equal_text_any_case(name.bytes,
					   (const char *)finding->name.data))
		return true;
	if (record_value(record, "disabled_on").type != VALUE_NULL) {
		finding->closed = record->id;
		return true;
	}
	finding->open = record->id;
	return false;
}

static enum status
find_login(struct replica *replica, const char *name, struct finding *finding,
    struct error *err)
{
	struct record_query query = {
		.collection = catalogue_collection(bytes_of_text("login")),
		.dossier = replica_identity(replica).school,
	};

	*finding = (struct finding){ .name = bytes_of_text(name) };
	if (query.dossier == 0)
		return STATUS_OK;
	return record_each(replica, &query, look_at_login, finding, err);
}

enum status
login_find(struct replica *replica, const char *name, uint64_t *login,
    struct error *err)
{
	char folded[LOGIN_NAME_BYTES] = "";
	struct finding finding = { { 0 }, 0, 0 };
	enum status status = STATUS_OK;

	if (login_fold_name(name, folded))
		status = find_login(replica, folded, &finding, err);
	*login = finding.open != 0 ? finding.open : finding.closed;
	if (status == STATUS_OK && *login == 0)
		return error_set(err, STATUS_NOT_FOUND,
		    "there is no account \"%.40s\"; `throughline staff list` "
		    "shows them",
		    name);
	return status;
}

enum status
login_check_is_synced(struct replica *replica, struct error *err)
{
	const struct collection *collection;
	struct dossier_totals totals;
	enum record_state state;
	uint64_t dossier;
	enum status status = dossier_count(replica, &totals, err);

	if (status != STATUS_OK)
		return status;
	if (totals.filling == 0 &&
	    record_locate(replica, replica_identity(replica).school, &dossier,
		&collection, &state, ERROR_IGNORED) == STATUS_OK)
		return STATUS_OK;
	return error_set(err, STATUS_NOT_FOUND,
	    "this computer has not heard everything from its hub yet; "
	    "`throughline sync` first");
}

/* --- the three steps ------------------------------------------------------ */

static enum status
copy_secret(struct login_attempt *attempt, struct replica *replica,
    struct error *err)
{
	struct arena arena = { 0 };
	struct record record;
	struct value secret;
	enum status status;

	status = record_get(replica, attempt->login, &arena, &record, err);
	if (status == STATUS_OK) {
		secret = record_value(&record, "secret");
		if (secret.type == VALUE_BLOB &&
		    secret.bytes.size <= sizeof(attempt->secret)) {
			attempt->secret_bytes = secret.bytes.size;
			memcpy(attempt->secret, secret.bytes.data,
			    secret.bytes.size);
		}
	}
	arena_deinit(&arena);
	return status;
}

enum status
login_begin(struct login_attempt *attempt, struct replica *replica,
    const char *name, uint64_t now_ms, struct error *err)
{
	struct finding finding;
	enum status status;

	*attempt = (struct login_attempt){ .login = 0 };
	if (!login_fold_name(name, attempt->name))
		return error_set(err, STATUS_DENIED, LOGIN_WRONG);
	status =
	    tries_begin(replica, bytes_of_text(attempt->name), now_ms, err);
	if (status == STATUS_OK)
		status = find_login(replica, attempt->name, &finding, err);
	if (status != STATUS_OK)
		return status;
	attempt->login = finding.open;
	if (attempt->login != 0)
		return copy_secret(attempt, replica, err);
	passphrase_make_none(attempt->secret);
	attempt->secret_bytes = PASSPHRASE_SECRET_BYTES;
	return STATUS_OK;
}

enum status
login_verify(struct login_attempt *attempt, struct bytes passphrase,
    struct error *err)
{
	struct bytes secret = { attempt->secret, attempt->secret_bytes };

	return passphrase_verify(secret, passphrase,
	    bytes_of_text(attempt->name), &attempt->right, err);
}

enum status
login_end(struct login_attempt *attempt, struct replica *replica,
    struct viewer *viewer, struct error *err)
{
	enum status status;

	*viewer = (struct viewer){ .set_up = false };
	if (!attempt->right || attempt->login == 0)
		return error_set(err, STATUS_DENIED, LOGIN_WRONG);
	status = viewer_of_login(replica, attempt->login, viewer, err);
	if (status == STATUS_OK)
		status =
		    tries_forget(replica, bytes_of_text(attempt->name), err);
	return status;
}

enum status
login_enter(struct replica *replica, const char *name, struct bytes passphrase,
    uint64_t now_ms, struct login_attempt *attempt, struct viewer *viewer,
    struct error *err)
{
	enum status status;

	status = login_begin(attempt, replica, name, now_ms, err);
	if (status == STATUS_OK)
		status = login_verify(attempt, passphrase, err);
	if (status == STATUS_OK)
		status = login_end(attempt, replica, viewer, err);
	return status;
}
