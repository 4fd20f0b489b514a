/*
 * The transition file, second part: what one school tells the next, the
 * transfer itself, and the keeping of the file.
 */
#include "common/catalogue/catalogue.h"
#include "common/catalogue/declare.h"

static CODES_CLOSED(tier, WORD(universal), WORD(targeted), WORD(enhanced));

static CODES_CLOSED(judgement, { "WTS", "Working towards the standard", 0 },
    { "EXS", "At the expected standard", 0 }, { "GDS", "At greater depth", 0 },
    { "below", "Below the standard", 0 });

static CODES_CLOSED(readiness, WORD(secure), WORDS(not_yet, "not yet"),
    WORD(worry));

static CODES_CLOSED(friendship_kind, WORDS(keep_with, "keep with"),
    WORDS(keep_apart, "keep apart"));

static CODES_CLOSED(note_category, WORD(learning), WORD(behaviour),
    WORD(medical), WORD(family), WORD(pastoral), WORD(praise));

static CODES_CLOSED(nomination_reason, WORDS(sen, "SEN"), WORD(friendship),
    WORD(confidence), WORD(attendance), WORD(circumstance),
    WORDS(school_judgement, "the school's judgement"));

static CODES_CLOSED(nomination_state, WORD(nominated), WORD(invited),
    WORD(accepted), WORD(declined), WORD(attended),
    WORDS(part_attended, "part attended"), WORD(missed), WORD(withdrawn));

static CODES_CLOSED(meeting_kind, WORDS(early_family, "early family meeting"),
    WORDS(senco, "SENCO meeting"), WORD(induction), WORD(listen), WORD(tell));

static CODES_CLOSED(meeting_state, WORD(offered), WORD(booked), WORD(held),
    WORD(missed), WORD(declined));

static CODES_CLOSED(transfer_kind, WORD(phase), WORDS(in_year, "in year"),
    WORDS(managed_move, "managed move"));

static CODES_CLOSED(transfer_state, WORD(open), WORD(answered), WORD(accepted),
    WORDS(not_ours, "not ours"), WORD(cancelled), WORDS(sent_out, "sent out"));

static CODES_CLOSED(package_kind, WORDS(ctf, "CTF"),
    WORDS(general, "general record"), WORDS(send, "SEND"), WORD(safeguarding));

static CODES_CLOSED(package_how, WORD(hub), WORDS(s2s, "school to school"),
    WORDS(secure_mail, "secure mail"), WORDS(by_hand, "by hand"),
    WORDS(tracked_post, "tracked post"));

static CODES_CLOSED(sibling_relation, WORD(full), WORD(half), WORD(step),
    WORD(foster), WORD(adoptive));

static CODES_CLOSED(agreement_state, WORD(proposed), WORD(agreed), WORD(ended));

static CODES_CLOSED(attachment_kind,
    { "general_record", "general record", LHSYO },
    { "sen_plan", "SEN plan", L | H | S },
    { "medical_plan", "medical plan", L | H | S },
    { "report", "report", L | H | S }, { "voice", "voice", LHSYO },
    { "sealed", "sealed", L });

static CODES_CLOSED(retention_act, WORD(hold), WORD(lift), WORD(review),
    WORD(keep), WORD(destroy));

static CODES_CLOSED(redaction_reason, WORDS(wrong_child, "wrong child"),
    WORD(adoption), WORD(rectification));

static const struct column transition_record[] = {
	CODE(move, "move", IS(REQUIRED)),
	TEXT_MAX(7, "academic_year", IS(REQUIRED)),
	CODE(tier, "tier"),
	PROSE("strengths", SEEN_BY(LHSY | T)),
	PROSE("what_helps", SEEN_BY(LHSY | T)),
	PROSE("what_to_avoid", SEEN_BY(LHSY | T)),
	NOTE("must_know", SEEN_BY(LHSY | T), LABEL("Every adult must know")),
	PROSE("pupil_voice", SEEN_BY(LHSY | T),
	    LABEL("In the child's own words")),
	PROSE("parent_view"),
	CODE(judgement, "reading"),
	CODE(judgement, "writing"),
	CODE(judgement, "maths"),
	CODE(readiness, "independence"),
	CODE(readiness, "routines"),
	CODE(readiness, "friends"),
	CODE(readiness, "feelings"),
	CODE(readiness, "home"),
	NOTE("attendance_note"),
	NOTE("behaviour_note"),
	NOTE("medical_note"),
	YES_NO("parent_agrees", TIE("a")),
	DATE("agreed_on", TIE("a")),
	COLUMNS_END,
};

static const struct column friendship[] = {
	CODE(friendship_kind, "kind", IS(REQUIRED)),
	REFERENCE("pupil", "other_pupil", TIE("w")),
	TEXT("other_name", TIE("w")),
	REFERENCE("school", "other_school", TIE("w")),
	NOTE("reason", IS(SPECIAL)),
	COLUMNS_END,
};

static const struct column note[] = {
	CODE(note_category, "category", IS(REQUIRED)),
	DATE("happened_on", IS(REQUIRED)),
	PROSE("text", IS(REQUIRED)),
	COLUMNS_END,
};

static const struct column nomination[] = {
	REFERENCE("transition_event", "event", IS(REQUIRED)),
	CODE(nomination_reason, "reason", IS(REQUIRED | SPECIAL),
	    SEEN_BY(LHSY)),
	NOTE("note", IS(SPECIAL), SEEN_BY(LHSY)),
	CODE(nomination_state, "state", IS(REQUIRED), TIE("s")),
	DATE("state_on", TIE("s")),
	NOTE("practical_needs"),
	PROSE("how_it_went", SEEN_BY(LHSY)),
	COLUMNS_END,
};

static const struct column family_meeting[] = {
	CODE(meeting_kind, "kind", IS(REQUIRED)),
	MOMENT("starts"),
	TEXT("place"),
	TEXT("staff"),
	TEXT("family_present"),
	CODE(meeting_state, "state", IS(REQUIRED)),
	PROSE("matters", IS(SPECIAL), LABEL("What matters to the family")),
	PROSE("agreed"),
	COLUMNS_END,
};

/* Without to_school the destination is unknown.  The sealed statement, when it
 * was made and when it was read, have their place behind start_date. */
static const struct column transfer[] = {
	CODE(transfer_kind, "kind", IS(REQUIRED)),
	REFERENCE("school", "from_school", IS(REQUIRED)),
	REFERENCE("school", "to_school"),
	DATE("leaving_date"),
	DATE("start_date"),
	CODE(transfer_state, "state", IS(REQUIRED | ARBITRATED), TIE("s"),
	    UPDATED_ALSO(DESTINATION | HUB)),
	NOTE("reason", IS(ARBITRATED), TIE("s"),
	    UPDATED_ALSO(DESTINATION | HUB)),
	COLUMNS_END,
};

/* Four a leaver.  The receiver signs for it; for a school that is no member
 * the sender writes down what it was told. */
#define RECEIVED TIE("r"), UPDATED_ALSO(DESTINATION | SENDER)
static const struct column package[] = {
	REFERENCE("transfer", "transfer", IS(REQUIRED), UPDATED_ALSO(HOLDER)),
	CODE(package_kind, "kind", IS(REQUIRED), UPDATED_ALSO(HOLDER)),
	YES_NO("nothing", LABEL("Nothing to send"), UPDATED_ALSO(HOLDER)),
	CODE(package_how, "how", TIE("s"), UPDATED_ALSO(HOLDER)),
	DATE("sent_on", TIE("s"), UPDATED_ALSO(HOLDER)),
	TEXT("sent_by", TIE("s"), UPDATED_ALSO(HOLDER)),
	NOTE("contents", TIE("s"), UPDATED_ALSO(HOLDER)),
	BLOB(32, "digest", TIE("s"), UPDATED_ALSO(HOLDER)),
	MOMENT("received_on", RECEIVED),
	TEXT("received_by", RECEIVED),
	TEXT("kept_where", RECEIVED),
	CODE(role, "received_role", RECEIVED),
	BLOB(64, "proof", RECEIVED),
	COLUMNS_END,
};

static const struct column sibling[] = {
	REFERENCE("pupil", "other_pupil", TIE("w")),
	TEXT("other_name", TIE("w")),
	REFERENCE("school", "other_school", TIE("w")),
	CODE(sibling_relation, "relation", IS(REQUIRED)),
	CODE(agreement_state, "state", IS(REQUIRED), TIE("s")),
	DATE("agreed_on", TIE("s")),
	COLUMNS_END,
};

/* Two dossiers of one child are shown as one, and never merged. */
static const struct column same_as[] = {
	REFERENCE("pupil", "other_pupil", IS(REQUIRED)),
	NOTE("why", IS(REQUIRED)),
	CODE(agreement_state, "state", IS(REQUIRED)),
	COLUMNS_END,
};

/* digest is that of the Pupil element; remainder what had no place. */
static const struct column ctf_import[] = {
	TEXT("file_name", IS(REQUIRED)),
	TEXT_MAX(8, "ctf_version"),
	TEXT_MAX(7, "source_laestab"),
	BLOB(32, "digest", IS(REQUIRED)),
	TEXT_MAX(16000, "remainder"),
	COLUMNS_END,
};

/* In a safeguarding dossier the name is empty: it would tell. */
static const struct column attachment[] = {
	CODE(attachment_kind, "kind", IS(REQUIRED)),
	TEXT("name"),
	TEXT("media_type"),
	COUNT("bytes", IS(REQUIRED)),
	BLOB(32, "digest", IS(REQUIRED)),
	COLUMNS_END,
};

static const struct column retention[] = {
	CODE(retention_act, "act", IS(REQUIRED)),
	DATE("due_on"),
	NOTE("reason"),
	COLUMNS_END,
};

static const struct column redaction[] = {
	ID("change", IS(REQUIRED)),
	CODE(redaction_reason, "reason", IS(REQUIRED)),
	NOTE("note"),
	COLUMNS_END,
};

#define ALL_DOSSIERS                                                           \
	(DOSSIER_KIND_PARTNERSHIP | DOSSIER_KIND_SCHOOL | DOSSIER_KIND_PUPIL | \
	    DOSSIER_KIND_SAFEGUARDING)
#define IN(kinds, collection, title)                                \
	.name = #collection, .label = (title), .dossiers = (kinds), \
	.columns = (collection)
#define COLLECTION(collection, title) IN(DOSSIER_KIND_PUPIL, collection, title)

const struct collection catalogue_transition[] = {
	{ COLLECTION(transition_record, "Transition records"),
	    RIGHTS(HOLDER, HOLDER, HOLDER), IS(SPECIAL), SEEN_BY(LHSY),
	    .duplicate_key = "move,academic_year" },
	{ COLLECTION(friendship, "Friendships"),
	    RIGHTS(HOLDER | DESTINATION, HOLDER | DESTINATION,
		HOLDER | DESTINATION),
	    SEEN_BY(LHSY) },
	{ COLLECTION(note, "Notes"),
	    RIGHTS(HOLDER | DESTINATION, AUTHOR, AUTHOR), IS(SPECIAL),
	    SEEN_BY(LHSY | T), .roles_own = T },
	{ COLLECTION(nomination, "Nominations"),
	    RIGHTS(HOLDER, HOLDER | DESTINATION, HOLDER | DESTINATION),
	    SEEN_BY(LHSYO), .duplicate_key = "event" },
	{ COLLECTION(family_meeting, "Family meetings"),
	    RIGHTS(HOLDER | DESTINATION, HOLDER | DESTINATION,
		HOLDER | DESTINATION),
	    SEEN_BY(LHSY) },
	{ COLLECTION(transfer, "Transfers"), RIGHTS(HOLDER, HOLDER, NOBODY),
	    SEEN_BY(LHSYO), WRITTEN_BY(L | H | Y | O) },
	{ COLLECTION(package, "Packages"), RIGHTS(HOLDER, NOBODY, NOBODY),
	    SEEN_BY(LHSYO), .duplicate_key = "transfer,kind" },
	{ COLLECTION(sibling, "Brothers and sisters"),
	    RIGHTS(HOLDER, HOLDER, HOLDER), SEEN_BY(L | H) },
	{ COLLECTION(same_as, "The same child"), RIGHTS(HOLDER, HOLDER, HOLDER),
	    SEEN_BY(L | H | O) },
	{ COLLECTION(ctf_import, "Imported CTFs"), APPENDED_BY(HOLDER),
	    IS(SPECIAL), SEEN_BY(H | O) },
	{ IN(DOSSIER_KIND_PUPIL | DOSSIER_KIND_SAFEGUARDING, attachment,
	      "Attachments"),
	    APPENDED_BY(HOLDER | DESTINATION), SEEN_BY(LHSYO) },
	{ IN(DOSSIER_KIND_PUPIL | DOSSIER_KIND_SAFEGUARDING, retention,
	      "Retention"),
	    APPENDED_BY(HOLDER), SEEN_BY(L | H | S) },
	{ IN(ALL_DOSSIERS, redaction, "Redactions"),
	    APPENDED_BY(HOLDER | OWN | AUTHOR), SEEN_BY(L | H | O) },
	{ .name = NULL },
};
