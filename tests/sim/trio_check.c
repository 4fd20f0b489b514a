/*
 * What must be true after each step, whatever went wrong in it.
 */
#include "tests/sim/trio.h"

#include <string.h>

#include "common/replica/check.h"
#include "common/replica/ledger.h"

bool
trio_is_proved(struct trio *trio)
{
	struct engine_status known;
	struct error err = { 0 };

	for (uint32_t i = TRIO_OAK; i < TRIO_NODES; i++) {
		struct engine *engine = trio->nodes[i].engine;

		if (engine == NULL ||
		    engine_get_status(engine, &known, &err) != STATUS_OK ||
		    !known.proved)
			return false;
	}
	return trio->hub != NULL;
}

static enum status
check_engine(struct trio_node *node, struct error *err)
{
	struct engine_status known;
	enum status status = engine_get_status(node->engine, &known, err);

	if (status != STATUS_OK)
		return status;
	if (known.proved && known.aside == 0 && known.alarms == 0)
		return STATUS_OK;
	return error_set(err, STATUS_CORRUPT,
	    "computer %u: proved %d, waiting %d, aside %d, filling %d, alarms "
	    "%d, differs %d, cursor %d of %d, state %d, goodbye %d",
	    node->number, known.proved, (int)known.waiting, (int)known.aside,
	    (int)known.filling, (int)known.alarms, known.differs,
	    (int)known.cursor, (int)known.head, (int)known.state,
	    (int)known.goodbye.code);
}

static void
keep_sentence(void *context, const char *sentence)
{
	(void)error_set(context, STATUS_CORRUPT, "%s", sentence);
}

static enum status
check_node(struct trio_node *node, struct error *err)
{
	struct error why = { 0 };
	struct check_result result;
	enum status status = check_replica(node->replica, keep_sentence, NULL,
	    &why, &result, err);

	if (status == STATUS_CORRUPT)
		(void)error_set(err, status, "%s", why.text);
	if (status != STATUS_OK)
		return error_wrap(err, "node %u", node->number);
	return STATUS_OK;
}

/* What people were told was saved is in the hub's ledger. */
static enum status
check_written(struct trio *trio, struct error *err)
{
	for (uint32_t i = 0; i < trio->written_count; i++) {
		struct ledger_row row;
		enum status status = ledger_get(trio->nodes[TRIO_HUB].replica,
		    trio->written[i], &row, err);

		if (status == STATUS_NOT_FOUND)
			return error_set(err, STATUS_CORRUPT,
			    "saved commit %u of %u is lost", i + 1,
			    trio->written_count);
		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

/* Same school, same set: same tables. */
static enum status
check_tables(struct trio *trio, struct error *err)
{
	struct digest one, other;
	enum status status;

	status = check_tables_digest(trio->nodes[TRIO_OAK].replica, &one, err);
	if (status == STATUS_OK)
		status = check_tables_digest(trio->nodes[TRIO_OAK2].replica,
		    &other, err);
	if (status == STATUS_OK &&
	    memcmp(one.bytes, other.bytes, sizeof(one.bytes)) != 0)
		return error_set(err, STATUS_CORRUPT,
		    "two computers of a school have differing tables");
	return status;
}

enum status
trio_check(struct trio *trio, struct error *err)
{
	enum status status = STATUS_OK;

	for (uint32_t i = TRIO_OAK; i < TRIO_NODES && status == STATUS_OK; i++)
		status = check_engine(&trio->nodes[i], err);
	for (uint32_t i = 0; i < TRIO_NODES && status == STATUS_OK; i++)
		status = check_node(&trio->nodes[i], err);
	if (status == STATUS_OK)
		status = check_written(trio, err);
	if (status == STATUS_OK)
		status = check_tables(trio, err);
	return status;
}
