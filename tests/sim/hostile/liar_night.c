/*
 * Bodies of the night's frames: it wants what it knows of, also what its
 * school may not read any more, by items that are right if it was listened to.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/hostile/liar_private.h"

void
liar_make_reconcile(struct liar *liar)
{
	uint64_t left_out[2] = { 0, liar->teller.school };
	struct reconcile reconcile = {
		.at = liar_some_place(liar, liar->ear.cursor),
		.count =
		    liar_one_in(liar, 4) ? INT64_MAX : liar_below(liar, 200),
		.first_sum = liar_below(liar, 2),
		.left_out = left_out,
		.left_out_count = liar_one_in(liar, 6) ? 2 : 0,
	};

	for (uint32_t i = 0; i < NONCE_BYTES; i++)
		reconcile.nonce[i] = (uint8_t)liar_below(liar, 256);
	sketch_keys_derive(reconcile.nonce, liar->ear.nonce,
	    liar->teller.school, reconcile.at, &liar->keys);
	LIAR_ENCODE(liar, reconcile, &reconcile);
}

void
liar_make_sketch(struct liar *liar)
{
	struct sketch_wish wish = {
		.form = (enum sketch_form)liar_below(liar, 3),
		.from = liar_one_in(liar, 3) ? liar_below(liar, 4096) : 0,
		.count = 1 + (uint32_t)liar_below(liar, 200),
	};

	if (liar_one_in(liar, 8))
		wish.count = LIMIT_CELLS;
	if (liar_one_in(liar, 8))
		wish.from = LIMIT_SKETCH_CELLS - wish.count;
	LIAR_ENCODE(liar, sketch_wish, &wish);
}

static int
compare_numbers(const void *a, const void *b)
{
	const uint64_t *one = a, *other = b;

	return *one < *other ? -1 : *one > *other;
}

void
liar_make_mend(struct liar *liar)
{
	uint64_t wanted[KNOWN_COMMITS];
	struct item items[LIAR_ITEMS];
	struct mend mend = { .items = items, .wanted = wanted };

	if (!liar_one_in(liar, 3))
		mend.item_count = liar_some_items(liar, items);
	for (uint32_t i = 0; i < liar->known.commit_count; i++) {
		struct digest digest = digest_of(liar->known.commits[i].bytes);

		if (!liar_one_in(liar, 4))
			wanted[mend.wanted_count++] =
			    sketch_item(&liar->keys, digest.bytes);
	}
	qsort(wanted, mend.wanted_count, sizeof(wanted[0]), compare_numbers);
	LIAR_ENCODE(liar, mend, &mend);
}

void
liar_make_found(struct liar *liar)
{
	struct found found = {
		.at = liar_some_place(liar, liar->ear.cursor),
		.outcome = (enum found_outcome)liar_below(liar, 4),
		.only_hub = random_next(&liar->teller.random) >> 1,
		.bytes = liar_below(liar, 1000),
	};

	LIAR_ENCODE(liar, found, &found);
}
