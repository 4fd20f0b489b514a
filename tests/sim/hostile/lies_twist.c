/*
 * What honest computers do not write: one thing of a commit made wrong.
 */
#include "protocol/identifier.h"
#include "protocol/stamp.h"
#include "tests/sim/hostile/lies_private.h"

static const uint8_t filler[256];

static struct value
wrong_value(struct teller *teller)
{
	switch (teller_below(teller, 6)) {
	case 0:
		return value_null();
	case 1:
		return value_integer(INT64_MIN);
	case 2:
		return value_integer(
		    (int64_t)known_id(teller->known, &teller->random));
	case 3:
		return value_blob((struct bytes){ filler, sizeof(filler) });
	case 4:
		return (struct value){ .type = VALUE_REAL, .real = 1e300 };
	default:
		return value_c_text("");
	}
}

static uint64_t
wrong_id(struct teller *teller)
{
	static const uint64_t ends[] = { 0, 1, INT64_MAX, INT64_MAX - 1,
		UINT64_MAX };
	const struct known_commit *own =
	    known_commit(teller->known, teller->site, &teller->random);

	switch (teller_below(teller, 6)) {
	case 0:
		return ends[teller_below(teller, 5)];
	case 1:
		return identifier_make(teller->site, COUNTER_MAX);
	case 2:
		return own == NULL ? 1 : own->commit.id;
	case 3: /* what a step left free */
		return own == NULL
		           ? 1
		           : own->commit.id + own->commit.change_count +
		                 teller_below(teller, LIMIT_RESERVED_IDS);
	case 4:
		return identifier_make((uint32_t)teller_below(teller, 40),
		    1 + teller_below(teller, 1000));
	default:
		return known_id(teller->known, &teller->random);
	}
}

static void
twist_replaces(struct lie *lie, struct teller *teller,
    struct field_write *field)
{
	uint32_t many = (uint32_t)random_between(&teller->random, 1,
	    teller_one_in(teller, 4) ? LIE_REPLACES : 3);

	field->replace_count = 0;
	while (many-- > 0)
		field->replaces[field->replace_count++] =
		    teller_one_in(teller, 3)
			? lie->commit.id +
			      teller_below(teller, 100) /* future */
			: known_id(teller->known, &teller->random) +
			      teller_below(teller, 3);
}

static void
twist_change(struct lie *lie, struct teller *teller, struct change *change)
{
	static const char *const collections[] = { "grant", "site", "school",
		"envelope", "destroyed_dossier", "redaction", "weather" };
	struct field_write *field =
	    &change->fields[teller_below(teller, change->field_count)];

	switch (teller_below(teller, 8)) {
	case 0:
		change->collection =
		    bytes_of_text(collections[teller_below(teller, 7)]);
		break;
	case 1:
		change->record = wrong_id(teller);
		break;
	case 2:
		change->redacted = true;
		break;
	case 3:
		change->field_count = (uint32_t)teller_below(teller, 2);
		break;
	case 4:
		field->values[0].column = bytes_of_text(
		    teller_one_in(teller, 2) ? "colour" : COLUMN_DELETED);
		break;
	case 5:
		field->values[0].value = wrong_value(teller);
		break;
	case 6:
		field->replace_count = 0;
		break;
	default:
		twist_replaces(lie, teller, field);
		break;
	}
}

void
lies_twist(struct lie *lie, struct teller *teller)
{
	static const uint64_t stamps[] = { 0, INT64_MAX, UINT64_MAX };
	struct change *change =
	    &lie->changes[teller_below(teller, lie->commit.change_count)];

	switch (teller_below(teller, 8)) {
	case 0:
		lie->commit.id = wrong_id(teller);
		break;
	case 1:
		lie->commit.stamp = stamps[teller_below(teller, 3)];
		break;
	case 2:
		lie->commit.stamp =
		    stamp_from_ms(teller->now_ms + LIMIT_STAMP_AHEAD_MS +
				  teller_below(teller, 2000));
		break;
	case 3:
		lie->commit.author = wrong_id(teller);
		break;
	case 4:
		lie->commit.dossier = wrong_id(teller);
		break;
	default:
		twist_change(lie, teller, change);
		break;
	}
}
