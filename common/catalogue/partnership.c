/*
 * What all schools share: themselves, their staff, the community around them,
 * transition events, training, and the language of the curriculum.
 */
#include "common/catalogue/catalogue.h"
#include "common/catalogue/declare.h"

static CODES_CLOSED(phase, WORD(infant), WORD(junior), WORD(primary),
    WORD(secondary), WORDS(all_through, "all through"), WORD(special),
    WORD(other));

static CODES_CLOSED(term_kind, WORD(term), WORD(closure),
    WORDS(training_day, "training day"));

static CODES_CLOSED(organisation_kind, WORD(faith),
    WORDS(local_authority, "local authority"), WORD(health), WORD(police),
    WORD(charity), { "cic", "community interest company", 0 }, WORD(business),
    WORD(sport), WORD(arts), WORD(other));

static CODES_CLOSED(organisation_state, WORDS(to_meet, "to meet"), WORD(met),
    WORDS(working_together, "working together"), WORD(paused));

static CODES_CLOSED(offer_kind, WORDS(youth_club, "youth club"),
    WORDS(family_hub, "family hub"), WORD(mentoring), WORD(music), WORD(food),
    WORD(advice), WORD(space), WORD(other));

static CODES_CLOSED(offer_state, WORD(idea), WORD(planned), WORD(running),
    WORD(ended));

static CODES_CLOSED(event_kind, WORDS(music_workshop, "music workshop"),
    WORDS(summer_school, "summer school"), WORD(induction), WORD(buddy),
    WORD(other));

static CODES_CLOSED(event_state, WORD(planned), WORD(open), WORD(full),
    WORD(done), WORD(cancelled));

static CODES_CLOSED(training_kind, WORD(inset), WORD(course), WORD(coaching));

static CODES_CLOSED(visit_state, WORD(asked), WORD(agreed), WORD(done),
    WORD(cancelled));

static CODES_CLOSED(curriculum_phase, WORDS(early_years, "early years"),
    WORDS(ks1, "key stage 1"), WORDS(lower_ks2, "lower key stage 2"),
    WORDS(upper_ks2, "upper key stage 2"), WORDS(ks3, "key stage 3"),
    WORDS(ks4, "key stage 4"), WORDS(ks5, "key stage 5"));

static CODES_CLOSED(curriculum_state, WORD(proposed), WORD(agreed),
    WORD(retired));

/* Members, and schools outside that children come from or go to. */
static const struct column school[] = {
	TEXT("name", IS(REQUIRED)),
	CODE(phase, "phase", IS(REQUIRED)),
	TEXT_MAX(7, "laestab", LABEL("LAEstab")),
	TEXT_MAX(6, "urn"),
	TEXT("former_laestabs", LABEL("Former LAEstabs")),
	YES_NO("member", IS(REQUIRED)),
	TEXT("email"),
	DATE("closed_on"),
	COLUMNS_END,
};

/* A computer.  What the hub gave it stands; its school names it. */
static const struct column site[] = {
	INTEGER(1, 1048575, "number", IS(REQUIRED)),
	REFERENCE("school", "school", IS(REQUIRED)),
	TEXT("name", UPDATED_ALSO(OWN)),
	BLOB_MAX(20, "serial"),
	BLOB_MAX(256, "device", IS(ONCE), UPDATED_ALSO(OWN)),
	MOMENT("revoked_on"),
	TEXT("revoked_reason"),
	COLUMNS_END,
};

/* The public keys of schools (card) have their place here. */

static const struct column staff[] = {
	REFERENCE("school", "school", IS(REQUIRED)),
	TEXT("surname", IS(REQUIRED)),
	TEXT("forename", IS(REQUIRED)),
	CODE(role, "role", IS(REQUIRED)),
	CODE(role, "second_role"),
	TEXT("email"),
	DATE("left_on"),
	COLUMNS_END,
};

static const struct column term_date[] = {
	REFERENCE("school", "school", IS(REQUIRED)),
	CODE(term_kind, "kind", IS(REQUIRED)),
	DATE("starts", IS(REQUIRED), TIE("s")),
	DATE("ends", IS(REQUIRED), TIE("s")),
	COLUMNS_END,
};

static const struct column organisation[] = {
	TEXT("name", IS(REQUIRED)),
	CODE(organisation_kind, "kind", IS(REQUIRED)),
	TEXT("contact_name"),
	TEXT("email"),
	TEXT_MAX(20, "phone"),
	PROSE("about"),
	CODE(organisation_state, "state"),
	COLUMNS_END,
};

/* The listening exercise: who heard what from whom, and what follows. */
static const struct column listening[] = {
	REFERENCE("organisation", "organisation", IS(REQUIRED)),
	DATE("heard_on", IS(REQUIRED)),
	REFERENCE("staff", "heard_by"),
	PROSE("said", IS(REQUIRED)),
	PROSE("wants"),
	NOTE("next_step"),
	REFERENCE("school", "next_step_school"),
	DATE("done_on"),
	COLUMNS_END,
};

static const struct column organisation_offer[] = {
	REFERENCE("organisation", "organisation", IS(REQUIRED)),
	CODE(offer_kind, "kind", IS(REQUIRED)),
	TEXT("title", IS(REQUIRED)),
	REFERENCE("school", "host_school"),
	TEXT("place"),
	DATE("starts"),
	DATE("ends"),
	TEXT("times"),
	NOTE("how_to_join"),
	CODE(offer_state, "state"),
	COLUMNS_END,
};

static const struct column transition_event[] = {
	CODE(event_kind, "kind", IS(REQUIRED)),
	TEXT("name", IS(REQUIRED)),
	REFERENCE("school", "host_school"),
	REFERENCE("organisation", "organisation"),
	CODE(move, "move", IS(REQUIRED)),
	TEXT("place"),
	MOMENT("starts", IS(REQUIRED)),
	MOMENT("ends"),
	DATE("nominations_close"),
	COUNT("places"),
	PROSE("about"),
	CODE(event_state, "state"),
	COLUMNS_END,
};

static const struct column training_session[] = {
	REFERENCE("training_session", "part_of"),
	TEXT("title", IS(REQUIRED)),
	CODE(training_kind, "kind", IS(REQUIRED)),
	CODE(role, "for_role"),
	TEXT("led_by"),
	REFERENCE("school", "host_school"),
	TEXT("place"),
	MOMENT("starts"),
	MOMENT("ends"),
	PROSE("about"),
	COLUMNS_END,
};

/* Nobody's name is on it, so that it is honest. */
static const struct column training_feedback[] = {
	REFERENCE("training_session", "session", IS(REQUIRED)),
	CODE(role, "role"),
	INTEGER(1, 5, "useful", IS(REQUIRED)),
	INTEGER(1, 5, "confidence_before"),
	INTEGER(1, 5, "confidence_after"),
	NOTE("will_use"),
	NOTE("more_of"),
	COLUMNS_END,
};

static const struct column visit[] = {
	REFERENCE("staff", "staff", IS(REQUIRED)),
	REFERENCE("school", "from_school", IS(REQUIRED)),
	REFERENCE("school", "to_school", IS(REQUIRED)),
	REFERENCE("training_session", "session"),
	NOTE("purpose"),
	MOMENT("starts", TIE("s")),
	MOMENT("ends", TIE("s")),
	CODE(visit_state, "state", IS(REQUIRED)),
	PROSE("learned"),
	COLUMNS_END,
};

/* The language that all phases share, term by term. */
static const struct column curriculum_term[] = {
	TEXT("subject", IS(REQUIRED)),
	TEXT("strand", IS(REQUIRED), LABEL("Skill or idea")),
	CODE(curriculum_phase, "phase"),
	TEXT("term", IS(REQUIRED)),
	NOTE("meaning", IS(REQUIRED), LABEL("What we all say it means")),
	PROSE("looks_like", LABEL("At this age it looks like")),
	NOTE("questions"),
	PROSE("example"),
	REFERENCE("curriculum_term", "builds_on"),
	CODE(curriculum_state, "state", IS(REQUIRED), TIE("s")),
	DATE("agreed_on", TIE("s")),
	COLUMNS_END,
};

/* Kept for ever, so that nothing of it comes back from an old backup. */
static const struct column destroyed_dossier[] = {
	ID("dossier", IS(REQUIRED)),
	DATE("destroyed_on", IS(REQUIRED)),
	COLUMNS_END,
};

#define COLLECTION(collection, title)          \
	.name = #collection, .label = (title), \
	.dossiers = DOSSIER_KIND_PARTNERSHIP, .columns = (collection)

const struct collection catalogue_partnership[] = {
	{ COLLECTION(school, "Schools"),
	    RIGHTS(HUB | NONMEMBER, HUB | NONMEMBER_AUTHOR, NOBODY),
	    SEEN_BY(ROLE_ALL), WRITTEN_BY(LHSYO), .duplicate_key = "laestab" },
	{ COLLECTION(site, "Computers"), RIGHTS(HUB, HUB, NOBODY),
	    SEEN_BY(H | L | A) },
	{ COLLECTION(staff, "Staff"), RIGHTS(OWN, OWN, NOBODY),
	    SEEN_BY(ROLE_ALL), WRITTEN_BY(L | H) },
	{ COLLECTION(term_date, "Term dates"), RIGHTS(OWN, OWN, OWN),
	    SEEN_BY(ROLE_ALL), WRITTEN_BY(L | H | O) },
	{ COLLECTION(organisation, "Organisations"), RIGHTS(ANY, ANY, ANY),
	    SEEN_BY(ROLE_ALL), .duplicate_key = "name,phone" },
	{ COLLECTION(listening, "Listening"), RIGHTS(ANY, AUTHOR, AUTHOR),
	    SEEN_BY(ROLE_ALL) },
	{ COLLECTION(organisation_offer, "Offers of organisations"),
	    RIGHTS(ANY, ANY, ANY), SEEN_BY(ROLE_ALL) },
	{ COLLECTION(transition_event, "Transition events"),
	    RIGHTS(ANY, AUTHOR, AUTHOR), SEEN_BY(ROLE_ALL),
	    .duplicate_key = "host_school,kind,starts" },
	{ COLLECTION(training_session, "Training sessions"),
	    RIGHTS(ANY, AUTHOR, AUTHOR), SEEN_BY(ROLE_ALL) },
	{ COLLECTION(training_feedback, "Training feedback"), APPENDED_BY(ANY),
	    SEEN_BY(ROLE_ALL), .author_none = true },
	{ COLLECTION(visit, "Visits to other schools"), RIGHTS(ANY, ANY, ANY),
	    SEEN_BY(ROLE_ALL) },
	{ COLLECTION(curriculum_term, "Curriculum terms"),
	    RIGHTS(ANY, ANY, ANY), SEEN_BY(ROLE_ALL),
	    .duplicate_key = "subject,strand,phase,term" },
	{ COLLECTION(destroyed_dossier, "Destroyed files"), APPENDED_BY(HUB),
	    SEEN_BY(A) },
	{ .name = NULL },
};
