/*
 * Where commits belong: dossiers that are, are not, or are gone.
 */
#include "tests/unit/server/refused.h"

#include "server/core/placement.h"

/* A collection lies in its own kind of dossier. */
static void
test_collection_in_the_wrong_dossier_is_refused(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	struct build b = build(f, 1, f->schools[OAK]);
	struct build second = build_pupil(f, 1);
	struct build nowhere = build_setting(f, 1);

	build_new(&b, "contact");
	build_text(&b, "surname", "Lane");
	refused(&b, REFUSAL_DOSSIER);
	second.commit.dossier = pupil;
	refused(&second, REFUSAL_DOSSIER);
	nowhere.commit.dossier = identifier_make(1, 5);
	refused(&nowhere, REFUSAL_DOSSIER);
}

static void
test_record_of_another_dossier_is_refused(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1), other = add_pupil(f, 1);
	uint64_t contact = add_contact(f, 1, pupil);
	struct build b = build(f, 1, other);
	struct build kind = build(f, 1, pupil);

	build_change(&b, "contact", contact);
	build_text(&b, "surname", "Laine");
	refused(&b, REFUSAL_DOSSIER);
	build_change(&kind, "need", contact);
	build_text(&kind, "need_type", "ASD");
	refused(&kind, REFUSAL_DOSSIER);
}

static void
test_change_to_a_record_that_is_not_held_is_refused(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	struct build b = build(f, 1, pupil);

	build_change(&b, "contact", pupil + 700);
	build_text(&b, "surname", "Laine");
	refused(&b, REFUSAL_DEPENDS);
}

static void
test_destroyed_dossier_is_refused(void **state)
{
	struct fixture *f = *state;
	uint64_t pupil = add_pupil(f, 1);
	struct dossier dossier;
	struct build b = build(f, 1, pupil);

	OK(dossier_get(f->replica, pupil, &dossier, &f->err));
	dossier.state = DOSSIER_GONE;
	OK(replica_begin(f->replica, &f->err));
	OK(dossier_put(f->replica, &dossier, &f->err));
	OK(replica_commit(f->replica, &f->err));
	build_change(&b, "pupil", pupil);
	build_text(&b, "surname", "Okafor");
	refused(&b, REFUSAL_GONE);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_collection_in_the_wrong_dossier_is_refused),
		TEST(test_record_of_another_dossier_is_refused),
		TEST(test_change_to_a_record_that_is_not_held_is_refused),
		TEST(test_destroyed_dossier_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
