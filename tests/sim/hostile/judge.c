#include "tests/sim/hostile/judge.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/replica/ledger.h"
#include "protocol/identifier.h"
#include "protocol/message_night.h"
#include "server/core/limits.h"
#include "server/core/session.h"
#include "tests/sim/hostile/judge_private.h"

void
judge_init(struct judge *judge, struct replica *hub)
{
	struct error err = { 0 };

	memset(judge, 0, sizeof(*judge));
	judge->replica = hub;
	judge->goodbye = UINT32_MAX;
	judge_must(judge, codec_create(&judge->codec, &err), &err);
	judge_must(judge, ledger_head(hub, &judge->judged, &err), &err);
}

void
judge_deinit(struct judge *judge)
{
	codec_destroy(judge->codec);
	buffer_deinit(&judge->scratch);
	arena_deinit(&judge->arena);
}

bool
judge_breach(struct judge *judge, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (judge->breach[0] == '\0')
		vsnprintf(judge->breach, sizeof(judge->breach), format, args);
	va_end(args);
	return false;
}

void
judge_must(struct judge *judge, enum status status, const struct error *err)
{
	if (status != STATUS_OK)
		(void)judge_breach(judge, "the judge could not look: %s",
		    err->text);
}

/* --- grants --------------------------------------------------------------- */

uint64_t
stated_id(const struct record *record, const char *column)
{
	struct value value = record_value(record, column);

	return value.type == VALUE_INTEGER ? (uint64_t)value.integer : 0;
}

struct visiting {
	stated_visitor *visit;
	void *context;
	uint32_t count;
};

static bool
visit_grant(void *context, const struct record *record)
{
	struct visiting *visiting = context;
	struct stated_grant grant = {
		.opened = stated_id(record, "opened"),
		.held = stated_id(record, "held"),
		.frozen = stated_id(record, "frozen"),
		.closed = stated_id(record, "closed"),
	};

	visiting->visit(visiting->context, &grant);
	visiting->count++;
	return true;
}

uint32_t
stated_grants(struct judge *judge, uint64_t school, uint64_t dossier,
    stated_visitor *visit, void *context)
{
	struct visiting visiting = { visit, context, 0 };
	struct record_filter filter;
	struct record_query query = { .dossier = school };
	struct error err = { 0 };

	query.collection = catalogue_collection(bytes_of_text("grant"));
	filter.column =
	    collection_column(query.collection, bytes_of_text("dossier"));
	filter.value = value_integer((int64_t)dossier);
	query.filters = &filter;
	query.filter_count = 1;
	judge_must(judge,
	    record_each(judge->replica, &query, visit_grant, &visiting, &err),
	    &err);
	return visiting.count;
}

static void
keep_latest(void *context, const struct stated_grant *grant)
{
	struct stated_grant *latest = context;

	if (grant->opened >= latest->opened)
		*latest = *grant;
}

/* By its latest grant, as it is now. */
static bool
may_read(struct judge *judge, uint64_t school, uint64_t dossier,
    uint64_t sequence, bool by_stream)
{
	struct stated_grant grant = { 0 };

	if (dossier == DOSSIER_PARTNERSHIP || dossier == school)
		return true;
	if (stated_grants(judge, school, dossier, keep_latest, &grant) == 0 ||
	    grant.closed != 0)
		return false;
	return (grant.frozen == 0 || sequence <= grant.frozen) &&
	       (!by_stream || sequence > grant.opened);
}

/* --- what goes out -------------------------------------------------------- */

static bool
judge_items(struct judge *judge, uint64_t school, const struct item *items,
    uint32_t count, bool by_stream)
{
	struct error err = { 0 };
	struct ledger_row row;

	for (uint32_t i = 0; i < count; i++) {
		enum status status =
		    ledger_get(judge->replica, items[i].id, &row, &err);

		if (status == STATUS_NOT_FOUND ||
		    row.sequence != items[i].sequence)
			return judge_breach(judge,
			    "%" PRIu64 " went out, and the hub has it not",
			    items[i].id);
		judge_must(judge, status, &err);
		if (!may_read(judge, school, row.dossier, items[i].sequence,
			by_stream))
			return judge_breach(judge,
			    "%" PRIu64 " of %" PRIu64 " at %" PRIu64
			    " went out to school %" PRIu64,
			    items[i].id, row.dossier, items[i].sequence,
			    school);
	}
	return true;
}

static bool
judge_filled(struct judge *judge, uint64_t school, const struct filled *filled)
{
	static const struct digest_sum none;
	struct error err = { 0 };
	struct ledger_row row;

	if (!may_read(judge, school, filled->dossier, 0, false) &&
	    (filled->count != 0 ||
		memcmp(&filled->sum, &none, sizeof(none)) != 0))
		return judge_breach(judge,
		    "count and sum of %" PRIu64 " went out to school %" PRIu64,
		    filled->dossier, school);
	for (uint32_t i = 0; i < filled->item_count; i++)
		if (ledger_get(judge->replica, filled->items[i].id, &row,
			&err) == STATUS_OK &&
		    row.dossier != filled->dossier)
			return judge_breach(judge,
			    "a fill of %" PRIu64 " holds some of %" PRIu64,
			    filled->dossier, row.dossier);
	return judge_items(judge, school, filled->items, filled->item_count,
	    false);
}

static bool
judge_answers(struct judge *judge, uint32_t site, const struct answers *answers)
{
	for (uint32_t i = 0; i < answers->answer_count; i++)
		if (answers->answers[i].refusal == 0 &&
		    identifier_site(answers->answers[i].id) != site)
			return judge_breach(judge,
			    "site %u was answered for %" PRIu64, site,
			    answers->answers[i].id);
	return true;
}

#define DECODED(name, message)                                         \
	(message_##name##_decode(frame->body, &judge->arena, &message, \
	     NULL) == STATUS_OK)

static bool
judge_frame(struct judge *judge, uint32_t site, uint64_t school,
    const struct frame *frame)
{
	struct welcome welcome;
	struct answers answers;
	struct stream stream;
	struct filleds filleds;
	struct fetched fetched;
	struct reconciled reconciled;
	struct cells cells;
	struct mended mended;
	struct night_message night;
	struct goodbye goodbye;
	bool good = true;

	switch ((int)frame->type) {
	case FRAME_WELCOME:
		return DECODED(welcome, welcome) &&
		       (welcome.school == school ||
			   (welcome.school == 0 &&
			       (welcome.offer || welcome.collecting)));
	case FRAME_ANSWER:
		return DECODED(answers, answers) &&
		       judge_answers(judge, site, &answers);
	case FRAME_STREAM:
		return DECODED(stream, stream) &&
		       judge_items(judge, school, stream.items,
			   stream.item_count, true);
	case FRAME_FILLED:
		if (!DECODED(filleds, filleds))
			return false;
		for (uint32_t i = 0; good && i < filleds.filled_count; i++)
			good = judge_filled(judge, school, &filleds.filleds[i]);
		return good;
	case FRAME_FETCHED:
		return DECODED(fetched, fetched) &&
		       judge_items(judge, school, fetched.items,
			   fetched.item_count, false);
	case FRAME_RECONCILED:
		return DECODED(reconciled, reconciled);
	case FRAME_CELLS:
		return DECODED(cells, cells);
	case FRAME_MENDED:
		return DECODED(mended, mended) &&
		       judge_items(judge, school, mended.items,
			   mended.item_count, false);
	case FRAME_NIGHT:
		return DECODED(night, night);
	case FRAME_GOODBYE:
		if (!DECODED(goodbye, goodbye))
			return false;
		judge->goodbye = goodbye.code;
		return goodbye.code <= GOODBYE_COPIED;
	case FRAME_PROOF:
	case FRAME_OFFERED:
	case FRAME_PONG:
	case FRAME_PING:
	case FRAME_CERTIFICATE:
		return true;
	default:
		return false;
	}
}

bool
judge_heard(struct judge *judge, uint32_t site, uint64_t school,
    struct bytes given_out)
{
	struct frame frame;

	while (given_out.size > 0) {
		if (frame_read(&given_out, judge->codec, &judge->scratch,
			&frame, NULL) != STATUS_OK)
			return judge_breach(judge, "the hub sends half frames");
		if (!judge_frame(judge, site, school, &frame))
			return judge_breach(judge, "%s is not as it should be",
			    frame_name(frame.type));
		arena_reset(&judge->arena);
	}
	return judge->breach[0] == '\0';
}

bool
judge_session(struct judge *judge, const struct session *session)
{
	size_t out = session->output.size + session->held.size;

	if (session->input.size > 2 * LIMIT_FRAME_BYTES)
		return judge_breach(judge, "site %u: %zu bytes are unread",
		    session->site.number, session->input.size);
	if (out > HUB_UNREAD_BYTES + 2 * LIMIT_BODY_BYTES)
		return judge_breach(judge, "site %u: %zu bytes wait for it",
		    session->site.number, out);
	return true;
}
