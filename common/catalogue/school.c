/*
 * What a school keeps for itself, on its own computers: its grants, expected
 * pupils, training, post, and who read what.
 */
#include "common/catalogue/catalogue.h"
#include "common/catalogue/declare.h"

static CODES_CLOSED(grant_kind, WORD(holder), WORD(destination),
    WORD(previous));

static CODES_CLOSED(envelope_state, WORD(waiting), WORD(ours),
    WORDS(not_ours, "not ours"), WORD(withdrawn));

static CODES_CLOSED(expected_state, WORD(expected), WORD(arrived),
    WORDS(not_coming, "not coming"));

static CODES_CLOSED(training_state, WORD(booked), WORD(came), WORD(missed));

static CODES_CLOSED(post_direction, WORD(out), WORD(in));

static CODES_CLOSED(post_kind, WORDS(file_request, "file request"),
    { "sibling_proposal", "sibling proposal", L | H }, WORD(receipt),
    WORD(chaser), WORDS(work_sent_on, "work sent on"),
    WORDS(same_upn, "same UPN"), WORD(report));

static CODES_CLOSED(post_state, WORD(new), WORD(seen), WORD(done));

static CODES_CLOSED(audit_act, WORD(opened), WORD(printed), WORD(exported),
    WORD(unlocked), WORDS(sealed_read, "read sealed text"));

/* Places in the hub's order: opened before held before frozen before closed. */
static const struct column grant[] = {
	ID("dossier", IS(REQUIRED)),
	CODE(grant_kind, "kind", IS(REQUIRED)),
	ID("because"),
	COUNT("opened"),
	COUNT("held"),
	COUNT("frozen"),
	COUNT("closed"),
	COLUMNS_END,
};

/* Without staff it is for recovery.  secret is the verifier of a passphrase, in
 * time with the wrapped key of public_key: so these are one field. */
static const struct column login[] = {
	REFERENCE("staff", "staff"),
	TEXT("login_name", IS(REQUIRED)),
	CODE(role, "role", IS(REQUIRED)),
	CODE(role, "second_role"),
	BLOB(32, "public_key", TIE("k"), SEEN_BY(ROLE_NOBODY)),
	BLOB_MAX(1024, "secret", TIE("k"), SEEN_BY(ROLE_NOBODY)),
	MOMENT("disabled_on"),
	COLUMNS_END,
};

/* Compared cards (card_mark) and the sealed intake of concerns have their place
 * here. */

/* All that a destination sees before it answers. */
static const struct column envelope[] = {
	ID("transfer", IS(REQUIRED)),
	ID("dossier", IS(REQUIRED)),
	REFERENCE("school", "from_school", IS(REQUIRED)),
	TEXT("surname", IS(REQUIRED)),
	TEXT("forename", IS(REQUIRED)),
	DATE("birth_date", IS(REQUIRED)),
	CODE(nc_year, "nc_year_actual"),
	CODE(envelope_state, "state", IS(REQUIRED | ARBITRATED), TIE("s"),
	    UPDATED_ALSO(OWN | HUB)),
	NOTE("reason", IS(ARBITRATED), TIE("s"), UPDATED_ALSO(OWN | HUB)),
	COLUMNS_END,
};

static const struct column expected_pupil[] = {
	TEXT_MAX(13, "upn", IS(CONFIDENTIAL)),
	TEXT("surname", IS(REQUIRED)),
	TEXT("forename", IS(REQUIRED)),
	DATE("birth_date", IS(REQUIRED)),
	CODE(sex, "sex"),
	CODE(nc_year, "nc_year_actual", IS(REQUIRED)),
	REFERENCE("school", "from_school"),
	DATE("entry_date"),
	CODE(expected_state, "state", IS(REQUIRED)),
	DATE("on_roll_on"),
	ID("transfer"),
	COLUMNS_END,
};

static const struct column training_attendance[] = {
	REFERENCE("training_session", "session", IS(REQUIRED)),
	REFERENCE("staff", "staff", IS(REQUIRED)),
	CODE(training_state, "state", IS(REQUIRED)),
	REAL(0, 24, "hours"),
	NOTE("reflection"),
	COLUMNS_END,
};

/* Between schools, or from the hub; never about safeguarding.  Without a
 * school it is the hub's. */
static const struct column post[] = {
	CODE(post_direction, "direction", IS(REQUIRED)),
	REFERENCE("school", "other_school"),
	CODE(post_kind, "kind", IS(REQUIRED)),
	ID("about"),
	PROSE("text"),
	BLOB_MAX(65536, "payload"),
	CODE(post_state, "state", IS(REQUIRED), UPDATED_ALSO(OWN)),
	COLUMNS_END,
};

static const struct column purge_receipt[] = {
	ID("dossier", IS(REQUIRED)),
	INTEGER(0, COUNT_MAX, "count", IS(REQUIRED)),
	BLOB(16, "sum", IS(REQUIRED)),
	COUNT("sequence", IS(REQUIRED)),
	DATE("last_backup_on"), /* none was ever made */
	REFERENCE("site", "site", IS(REQUIRED)),
	BLOB(64, "proof", IS(REQUIRED)),
	COLUMNS_END,
};

static const struct column read_audit[] = {
	MOMENT("at", IS(REQUIRED)),
	REFERENCE("staff", "staff"),
	REFERENCE("site", "site"),
	CODE(audit_act, "act", IS(REQUIRED)),
	ID("dossier"),
	ID("record"),
	NOTE("why"),
	BLOB_MAX(1024, "box"),
	COLUMNS_END,
};

static const struct column setting[] = {
	TEXT("name", IS(REQUIRED), TIE("s")),
	PROSE("value", TIE("s")),
	COLUMNS_END,
};

#define COLLECTION(collection, title)          \
	.name = #collection, .label = (title), \
	.dossiers = DOSSIER_KIND_SCHOOL, .columns = (collection)

const struct collection catalogue_school[] = {
	{ COLLECTION(grant, "Grants"), RIGHTS(HUB, HUB, NOBODY),
	    SEEN_BY(L | A) },
	{ COLLECTION(login, "Accounts"), RIGHTS(OWN, OWN, NOBODY),
	    SEEN_BY(L | H), WRITTEN_BY(ROLE_NOBODY), .since = 2 },
	{ COLLECTION(envelope, "Announced pupils"), RIGHTS(HUB, NOBODY, NOBODY),
	    SEEN_BY(LHSYO), WRITTEN_BY(L | H | Y | O) },
	{ COLLECTION(expected_pupil, "Expected pupils"), RIGHTS(OWN, OWN, OWN),
	    SEEN_BY(LHSYO),
	    .duplicate_key = "upn|surname,forename,birth_date" },
	{ COLLECTION(training_attendance, "Training attendance"),
	    RIGHTS(OWN, OWN, NOBODY), SEEN_BY(H | S | T), .roles_own = T },
	{ COLLECTION(post, "Post"), RIGHTS(OWN | HUB, NOBODY, NOBODY),
	    SEEN_BY(LHSYO) },
	{ COLLECTION(purge_receipt, "Purge receipts"), APPENDED_BY(OWN),
	    SEEN_BY(L | H | A), WRITTEN_BY(ROLE_NOBODY) },
	{ COLLECTION(read_audit, "Who read what"), APPENDED_BY(OWN),
	    SEEN_BY(L | H), WRITTEN_BY(ROLE_NOBODY) },
	{ COLLECTION(setting, "Settings"), RIGHTS(OWN, OWN, NOBODY),
	    SEEN_BY(L | H | O), .duplicate_key = "name" },
	{ .name = NULL },
};
