/*
 * Offering what is to be refused, beside something good.
 */
#ifndef TESTS_SERVER_REFUSED_H
#define TESTS_SERVER_REFUSED_H

#include "tests/unit/server/domain.h"

/* What a test offers beside a good commit. */
static inline void
expect_refused(struct fixture *f, uint32_t site, struct bytes bad,
    enum refusal refusal)
{
	struct build good = build(f, site, f->schools[site_schools[site]]);
	struct answer answers[COMMITS];
	struct bytes commits[2] = { bad };
	char counter[64];
	uint64_t before, head;

	build_new(&good, "setting");
	build_text(&good, "name", "colour");
	commits[1] = build_bytes(&good);
	snprintf(counter, sizeof(counter), "refused.%s", refusal_name(refusal));
	if (f->sessions[site] == NULL)
		(void)greet(f, site, 0);
	before = counted(f, site, counter);
	head = head_of(f);
	assert_int_equal(answers_in(f, push(f, site, commits, 2), answers), 2);
	assert_string_equal(refusal_name(answers[0].refusal),
	    refusal_name(refusal));
	assert_int_equal(answers[1].refusal, REFUSAL_NONE);
	assert_int_equal(answers[1].sequence, head + 1);
	assert_int_equal(counted(f, site, counter), before + 1);
}

static inline void
refused(struct build *b, enum refusal refusal)
{
	expect_refused(b->f, identifier_site(b->commit.id), build_bytes(b),
	    refusal);
}

static inline struct build
build_setting(struct fixture *f, uint32_t site)
{
	struct build b = build(f, site, f->schools[site_schools[site]]);

	build_new(&b, "setting");
	build_text(&b, "name", "language");
	return b;
}

static inline uint64_t
add_contact(struct fixture *f, uint32_t site, uint64_t pupil)
{
	struct build b = build(f, site, pupil);
	uint64_t contact = build_new(&b, "contact");

	build_text(&b, "surname", "Lane");
	assert_int_equal(offer(&b), REFUSAL_NONE);
	return contact;
}

static inline uint64_t
add_staff(struct fixture *f, uint32_t site)
{
	struct build b = build(f, site, 0);
	uint64_t staff = build_new(&b, "staff");

	build_id(&b, "school", f->schools[site_schools[site]]);
	build_text(&b, "surname", "Adeyemi");
	build_text(&b, "forename", "Ruth");
	build_text(&b, "role", "office");
	assert_int_equal(offer(&b), REFUSAL_NONE);
	return staff;
}

#endif
