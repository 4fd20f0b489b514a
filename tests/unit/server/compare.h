/*
 * A night as a session hears it: what a computer of a school would say that
 * has all that the hub has, or some of it.
 */
#ifndef TESTS_SERVER_COMPARE_H
#define TESTS_SERVER_COMPARE_H

#include "tests/unit/server/domain.h"

#include "common/replica/scope.h"
#include "protocol/sketch.h"
#include "server/core/nights.h"

/* Of a site that has greeted. */
struct comparison {
	struct fixture *f;
	uint32_t site;
	uint8_t nonce[NONCE_BYTES]; /* the hub's, as last told */
	uint64_t due_ms;
	struct sketch_keys keys; /* of the last run */
	struct sketch_set set;
	struct digest_sum sum;
};

static inline void
comparison_hear(struct comparison *c, const struct replies *replies)
{
	const struct reply *reply = find_reply(replies, FRAME_NIGHT);
	struct fixture *f = c->f;
	struct night_message night;

	assert_non_null(reply);
	OK(message_night_decode(reply->body, &f->arena, &night, &f->err));
	memcpy(c->nonce, night.nonce, NONCE_BYTES);
	c->due_ms = night.due_ms;
}

static inline struct comparison
comparison_begin(struct fixture *f, uint32_t site)
{
	struct comparison c = { .f = f, .site = site };

	if (f->sessions[site] != NULL)
		disconnect_site(f, site);
	comparison_hear(&c, greet(f, site, head_of(f)));
	return c;
}

static inline bool
comparison_add(void *context, uint64_t sequence, const struct digest *digest)
{
	struct comparison *c = context;

	(void)sequence;
	digest_sum_add(&c->sum, digest);
	return sketch_set_add(&c->set, digest->bytes, NULL) == STATUS_OK;
}

/* As if the computer had what the hub has, but for `lacks` of its sum. */
static inline struct reconcile
comparison_make(struct comparison *c, bool lacks)
{
	struct fixture *f = c->f;
	uint64_t school = f->schools[site_schools[c->site]];
	struct reconcile reconcile = { .at = head_of(f), .nonce = { 5 } };
	struct sketch_cell first;

	sketch_set_deinit(&c->set);
	memset(&c->set, 0, sizeof(c->set));
	c->sum = (struct digest_sum){ 0 };
	sketch_keys_derive(reconcile.nonce, c->nonce, school, reconcile.at,
	    &c->keys);
	OK(sketch_set_init(&c->set, &c->keys, 0, &f->err));
	OK(scope_each_of_school(f->replica, school, reconcile.at, NULL, 0,
	    comparison_add, c, &f->err));
	sketch_encode(&c->set, 0, 1, &first);
	reconcile.count = c->set.count - lacks;
	reconcile.sum = c->sum;
	reconcile.first_sum = first.sum;
	reconcile.first_check = first.check;
	return reconcile;
}

static inline struct reconciled
comparison_ask(struct comparison *c, const struct reconcile *reconcile)
{
	struct fixture *f = c->f;
	struct buffer body = { 0 };
	struct reconciled reconciled;
	const struct reply *reply;

	OK(message_reconcile_encode(reconcile, &body, &f->err));
	reply = find_reply(exchange(f, c->site, FRAME_RECONCILE, &body),
	    FRAME_RECONCILED);
	assert_non_null(reply);
	OK(message_reconciled_decode(reply->body, &f->arena, &reconciled,
	    &f->err));
	memcpy(c->nonce, reconciled.nonce, NONCE_BYTES);
	return reconciled;
}

/* A run that the hub holds open. */
static inline void
comparison_differ(struct comparison *c)
{
	struct reconcile reconcile = comparison_make(c, true);

	assert_int_equal(comparison_ask(c, &reconcile).state,
	    RECONCILED_DIFFERS);
}

static inline struct mended
comparison_mend(struct comparison *c, const struct mend *mend)
{
	struct fixture *f = c->f;
	struct buffer body = { 0 };
	struct mended mended;
	const struct reply *reply;

	OK(message_mend_encode(mend, &body, &f->err));
	reply =
	    find_reply(exchange(f, c->site, FRAME_MEND, &body), FRAME_MENDED);
	assert_non_null(reply);
	OK(message_mended_decode(reply->body, &f->arena, &mended, &f->err));
	return mended;
}

/* The commit as its holder would offer it. */
static inline struct item
comparison_item(struct fixture *f, uint64_t id)
{
	struct ledger_row row;

	OK(ledger_get(f->replica, id, &row, &f->err));
	return (struct item){ .sequence = row.sequence,
		.received_ms = row.received_ms,
		.mark = row.mark,
		.id = row.id,
		.commit = fixture_copy(f, row.bytes),
		.redacted = row.redacted,
		.digest = row.digest };
}

static inline void
comparison_end(struct comparison *c)
{
	sketch_set_deinit(&c->set);
}

#endif
