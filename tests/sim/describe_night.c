/*
 * Of the night: how much is compared and what is brought.  Cells are told by
 * their bytes.
 */
#include <inttypes.h>

#include "protocol/message_night.h"
#include "tests/sim/describe_private.h"
#include "tests/sim/world.h"

enum status
describe_reconcile(struct description *line)
{
	struct reconcile m;
	enum status status =
	    message_reconcile_decode(line->body, &line->arena, &m, NULL);

	if (status != STATUS_OK)
		return status;
	describe_say(line, " at %" PRIu64 ": %" PRIu64 " commits, sum %04x",
	    m.at, m.count, (unsigned)(m.sum.low & 0xffff));
	for (uint32_t i = 0; i < m.left_out_count && !describe_is_full(line);
	     i++)
		describe_say_id(line, i == 0 ? ", without " : " ",
		    m.left_out[i], "");
	return STATUS_OK;
}

enum status
describe_reconciled(struct description *line)
{
	struct reconciled m;
	enum status status =
	    message_reconciled_decode(line->body, &line->arena, &m, NULL);

	if (status != STATUS_OK)
		return status;
	if (m.state == RECONCILED_DIFFERS)
		describe_say(line,
		    " differs: %" PRIu64 " commits, cells of %zu bytes",
		    m.count, m.cells.size);
	else
		describe_say(line, "%s",
		    m.state == RECONCILED_EQUAL ? " equal" : " later");
	return STATUS_OK;
}

static const char *
form_name(enum sketch_form form)
{
	static const char *const names[] = { "cells", "wide cells", "items" };

	return names[form];
}

enum status
describe_sketch(struct description *line)
{
	struct sketch_wish m;
	enum status status =
	    message_sketch_wish_decode(line->body, &line->arena, &m, NULL);

	if (status == STATUS_OK)
		describe_say(line, " %" PRIu32 " %s from %" PRIu64, m.count,
		    form_name(m.form), m.from);
	return status;
}

enum status
describe_cells(struct description *line)
{
	struct cells m;
	enum status status =
	    message_cells_decode(line->body, &line->arena, &m, NULL);

	if (status == STATUS_OK)
		describe_say(line, " %s from %" PRIu64 ": %zu bytes",
		    form_name(m.form), m.from, m.cells.size);
	return status;
}

enum status
describe_mend(struct description *line)
{
	struct mend m;
	enum status status =
	    message_mend_decode(line->body, &line->arena, &m, NULL);

	if (status != STATUS_OK)
		return status;
	describe_say_items(line, m.items, m.item_count);
	if (m.wanted_count > 0)
		describe_say(line, " wants %" PRIu32, m.wanted_count);
	return STATUS_OK;
}

enum status
describe_mended(struct description *line)
{
	struct mended m;
	enum status status =
	    message_mended_decode(line->body, &line->arena, &m, NULL);

	if (status != STATUS_OK)
		return status;
	for (uint32_t i = 0; i < m.place_count && !describe_is_full(line); i++)
		describe_say(line, "%s %" PRIu64, i == 0 ? " at" : "",
		    m.places[i].sequence);
	if (m.item_count > 0)
		describe_say(line, " brings");
	describe_say_items(line, m.items, m.item_count);
	if (m.withheld_count > 0)
		describe_say(line, " withholds %" PRIu32, m.withheld_count);
	return STATUS_OK;
}

static void
say_count(struct description *line, uint64_t count, const char *of_what)
{
	if (count > 0)
		describe_say(line, ", %" PRIu64 " %s", count, of_what);
}

enum status
describe_found(struct description *line)
{
	static const char *const outcomes[] = { "equal", "mended", "unfinished",
		"failed" };
	struct found m;
	enum status status =
	    message_found_decode(line->body, &line->arena, &m, NULL);

	if (status != STATUS_OK)
		return status;
	describe_say(line, " at %" PRIu64 ": %s", m.at, outcomes[m.outcome]);
	say_count(line, m.only_hub, "only at the hub");
	say_count(line, m.only_client, "only here");
	say_count(line, m.damaged, "damaged");
	say_count(line, m.faults, "faults");
	describe_say(line, "%s", m.refolded > 0 ? ", refolded" : "");
	say_count(line, m.rounds, "rounds");
	say_count(line, m.bytes, "bytes");
	return STATUS_OK;
}

enum status
describe_night(struct description *line)
{
	uint64_t now_ms = line->world->now_ms;
	struct night_message m;
	enum status status =
	    message_night_decode(line->body, &line->arena, &m, NULL);

	if (status != STATUS_OK)
		return status;
	if (m.due_ms <= now_ms)
		describe_say(line, " now");
	else
		describe_say(line, " in %" PRIu64 " s",
		    (m.due_ms - now_ms) / 1000);
	return STATUS_OK;
}
