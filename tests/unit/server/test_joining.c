/*
 * A JOIN comes in, JOINED or GOODBYE goes out, and what was answered is in the
 * database.
 */
#include "server/authority/joining.h"

#include "place.h"
#include "protocol/message.h"
#include "server/authority/invitations.h"
#include "server/core/sites.h"

struct joiner {
	struct place place;
	struct codec *codec;
	struct key *key;
	struct buffer request;
	struct issuer issuer;
	struct joining joining;
	uint8_t secret[INVITATION_SECRET_BYTES];
	struct buffer out;
	struct arena arena;
};

static int
setup(void **state)
{
	struct joiner *joiner = calloc(1, sizeof(*joiner));
	struct place *place = &joiner->place;

	place_init(place);
	PLACE_OK(place, codec_create(&joiner->codec, &place->err));
	PLACE_OK(place, key_generate(&joiner->key, &place->err));
	PLACE_OK(place, certificate_make_request(joiner->key, &joiner->request,
			    &place->err));
	PLACE_OK(place,
	    invitations_create(place->replica, place->member, place_now(),
		place_now() + 60 * 1000, joiner->secret, &place->err));
	joiner->issuer = (struct issuer){ place->replica,
		hub_folder_authority(place->folder), 60 * 60 };
	joiner->joining = (struct joining){ &joiner->issuer, place->writer,
		place->folder->settings.name };
	*state = joiner;
	return 0;
}

static int
teardown(void **state)
{
	struct joiner *joiner = *state;

	codec_destroy(joiner->codec);
	key_destroy(joiner->key);
	buffer_deinit(&joiner->request);
	buffer_deinit(&joiner->out);
	arena_deinit(&joiner->arena);
	place_deinit(&joiner->place);
	free(joiner);
	return 0;
}

static struct join
join_of(struct joiner *joiner)
{
	return (struct join){
		.version = PROTOCOL_VERSION,
		.secret = { joiner->secret, sizeof(joiner->secret) },
		.csr = buffer_view(&joiner->request),
		.name = bytes_of_text("office-pc"),
	};
}

/* Send it, and return what the hub made of it; the answer is in out. */
static enum status
send_join(struct joiner *joiner, const struct join *join, uint32_t *site)
{
	struct buffer body = { 0 }, frame = { 0 };
	struct place *place = &joiner->place;
	enum status status;

	PLACE_OK(place, message_join_encode(join, &body, &place->err));
	PLACE_OK(place, frame_write(&frame, FRAME_JOIN, buffer_view(&body),
			    NULL, &place->err));
	buffer_clear(&joiner->out);
	status = joining_answer(&joiner->joining, buffer_view(&frame),
	    joiner->codec, &joiner->out, site, &place->err);
	buffer_deinit(&body);
	buffer_deinit(&frame);
	return status;
}

static struct frame
answer(struct joiner *joiner)
{
	struct bytes out = buffer_view(&joiner->out);
	struct buffer scratch = { 0 };
	struct frame frame;

	PLACE_OK(&joiner->place, frame_read(&out, joiner->codec, &scratch,
				     &frame, &joiner->place.err));
	assert_int_equal(out.size, 0);
	buffer_deinit(&scratch);
	return frame;
}

static void
expect_goodbye(struct joiner *joiner, enum goodbye_code code)
{
	struct frame frame = answer(joiner);
	struct goodbye goodbye;

	assert_int_equal(frame.type, FRAME_GOODBYE);
	PLACE_OK(&joiner->place,
	    message_goodbye_decode(frame.body, &joiner->arena, &goodbye,
		&joiner->place.err));
	assert_int_equal(goodbye.code, code);
}

/* The certificate is of the computer's key and of this hub, and its serial is
 * the one that is let in. */
static void
test_invited_computer_gets_number_and_certificate(void **state)
{
	struct joiner *joiner = *state;
	struct place *place = &joiner->place;
	struct join join = join_of(joiner);
	struct certificate_info info;
	struct joined joined;
	struct frame frame;
	struct site site;
	uint32_t number = 0;

	PLACE_OK(place, send_join(joiner, &join, &number));
	frame = answer(joiner);
	assert_int_equal(frame.type, FRAME_JOINED);
	PLACE_OK(place, message_joined_decode(frame.body, &joiner->arena,
			    &joined, &place->err));
	assert_int_equal(joined.site, number);
	assert_true(joined.school == place->member);
	PLACE_OK(place,
	    certificate_match(joined.certificate, joiner->key, &place->err));
	PLACE_OK(place,
	    certificate_check_issuer(joined.certificate,
		buffer_view(&place->folder->authority), &place->err));
	PLACE_OK(place,
	    certificate_parse(joined.certificate, &info, &place->err));
	PLACE_OK(place,
	    sites_get_by_serial(place->replica,
		(struct bytes){ info.serial.bytes, sizeof(info.serial.bytes) },
		&site, &place->err));
	assert_int_equal(site.number, number);
	assert_true(site.school == place->member);
	assert_string_equal(site.name, "office-pc");
}

/* Another computer, with a key of its own. */
static void
take_another_key(struct joiner *joiner)
{
	struct place *place = &joiner->place;

	key_destroy(joiner->key);
	joiner->key = NULL;
	buffer_clear(&joiner->request);
	PLACE_OK(place, key_generate(&joiner->key, &place->err));
	PLACE_OK(place, certificate_make_request(joiner->key, &joiner->request,
			    &place->err));
}

/* The second computer with the same code stays outside. */
static void
test_second_use_is_refused(void **state)
{
	struct joiner *joiner = *state;
	struct join join = join_of(joiner);
	uint32_t first = 0, second = 0;
	uint64_t next = 0;

	PLACE_OK(&joiner->place, send_join(joiner, &join, &first));
	take_another_key(joiner);
	join = join_of(joiner);
	assert_int_equal(send_join(joiner, &join, &second), STATUS_EXISTS);
	expect_goodbye(joiner, GOODBYE_INVITATION);
	assert_false(replica_in_transaction(joiner->place.replica));
	PLACE_OK(&joiner->place,
	    replica_meta_get(joiner->place.replica, "next_site", 0, &next,
		&joiner->place.err));
	assert_int_equal(next, first + 1);
}

/* JOINED was lost with the line: the same computer is the same site, by the
 * certificate that it is given now. */
static void
test_lost_answer_is_given_again(void **state)
{
	struct joiner *joiner = *state;
	struct place *place = &joiner->place;
	struct join join = join_of(joiner);
	struct certificate_info info;
	struct joined joined;
	struct site site;
	uint32_t first = 0, second = 0;

	PLACE_OK(place, send_join(joiner, &join, &first));
	PLACE_OK(place, send_join(joiner, &join, &second));
	assert_int_equal(second, first);
	PLACE_OK(place, message_joined_decode(answer(joiner).body,
			    &joiner->arena, &joined, &place->err));
	assert_int_equal(joined.site, first);
	assert_true(joined.school == place->member);
	PLACE_OK(place,
	    certificate_match(joined.certificate, joiner->key, &place->err));
	PLACE_OK(place,
	    certificate_parse(joined.certificate, &info, &place->err));
	PLACE_OK(place,
	    sites_get_by_serial(place->replica,
		(struct bytes){ info.serial.bytes, sizeof(info.serial.bytes) },
		&site, &place->err));
	assert_int_equal(site.number, first);
}

/* But not when it was removed meanwhile, nor after the invitation's life. */
static void
test_removed_computer_is_not_answered_again(void **state)
{
	struct joiner *joiner = *state;
	struct place *place = &joiner->place;
	struct join join = join_of(joiner);
	uint32_t first = 0, second = 0;

	PLACE_OK(place, send_join(joiner, &join, &first));
	joiner->joining.writer.now_ms = place_now() + 60 * 1000;
	assert_int_equal(send_join(joiner, &join, &second), STATUS_EXISTS);
	joiner->joining.writer.now_ms = place_now();
	PLACE_OK(place,
	    sites_revoke(&joiner->joining.writer, first, "lost", &place->err));
	assert_int_equal(send_join(joiner, &join, &second), STATUS_EXISTS);
	expect_goodbye(joiner, GOODBYE_INVITATION);
}

/* A guessed code is told no more than a used one. */
static void
test_wrong_secret_is_refused(void **state)
{
	struct joiner *joiner = *state;
	uint8_t wrong[INVITATION_SECRET_BYTES] = { 9 };
	struct join join = join_of(joiner);
	uint32_t site = 0;

	join.secret.data = wrong;
	assert_int_equal(send_join(joiner, &join, &site), STATUS_NOT_FOUND);
	expect_goodbye(joiner, GOODBYE_INVITATION);
}

/* What is no request uses up neither the invitation nor a number. */
static void
test_bad_request_leaves_the_invitation(void **state)
{
	struct joiner *joiner = *state;
	struct join join = join_of(joiner);
	uint32_t site = 0;

	join.csr = bytes_of_text("no request at all");
	assert_int_equal(send_join(joiner, &join, &site), STATUS_INVALID);
	expect_goodbye(joiner, GOODBYE_REQUEST);
	join = join_of(joiner);
	PLACE_OK(&joiner->place, send_join(joiner, &join, &site));
	assert_int_equal(answer(joiner).type, FRAME_JOINED);
}

/* A school that left since admits nobody. */
static void
test_former_member_admits_nobody(void **state)
{
	struct joiner *joiner = *state;
	struct join join = join_of(joiner);
	uint32_t site = 0;

	PLACE_OK(&joiner->place, hub_write_school_remove(&joiner->place.writer,
				     joiner->place.member, &joiner->place.err));
	assert_int_equal(send_join(joiner, &join, &site), STATUS_TIMEOUT);
	expect_goodbye(joiner, GOODBYE_INVITATION);
}

/* Half a frame waits; what is no JOIN, or too long for one, does not. */
static void
test_other_bytes_are_refused(void **state)
{
	static const uint8_t half[] = { 0, 0, 0 };
	static const uint8_t other[] = { 0, 0, 0, 1, FRAME_PING, 0x90 };
	struct joiner *joiner = *state;
	struct error err = { 0 };
	uint8_t *much = calloc(1, JOINING_INPUT_BYTES);
	uint32_t site = 0;

	assert_non_null(much);
	assert_int_equal(joining_answer(&joiner->joining,
			     (struct bytes){ half, sizeof(half) },
			     joiner->codec, &joiner->out, &site, &err),
	    STATUS_AGAIN);
	assert_int_equal(joining_answer(&joiner->joining,
			     (struct bytes){ other, sizeof(other) },
			     joiner->codec, &joiner->out, &site, &err),
	    STATUS_INVALID);
	expect_goodbye(joiner, GOODBYE_REQUEST);
	much[1] = 1;
	assert_int_equal(joining_answer(&joiner->joining,
			     (struct bytes){ much, JOINING_INPUT_BYTES },
			     joiner->codec, &joiner->out, &site, &err),
	    STATUS_TOO_LARGE);
	free(much);
}

/* Names come from strangers and are shown to everybody. */
static void
test_names_are_cleaned(void **state)
{
	char name[JOINING_NAME_BYTES];

	(void)state;
	joining_clean_name(bytes_of_text("Head's <PC>"), name);
	assert_string_equal(name, "Head-s -PC-");
	joining_clean_name((struct bytes){ NULL, 0 }, name);
	assert_string_equal(name, "-");
}

/* A renewed certificate takes over when it is shown, not before. */
static void
test_renewed_serial_is_let_in_from_its_first_use(void **state)
{
	struct joiner *joiner = *state;
	struct place *place = &joiner->place;
	struct join join = join_of(joiner);
	struct certificate_serial serial;
	struct buffer der = { 0 };
	struct bytes bytes = { serial.bytes, sizeof(serial.bytes) };
	struct site site;
	uint32_t number = 0;

	PLACE_OK(place, send_join(joiner, &join, &number));
	PLACE_OK(place, issuer_issue(&joiner->issuer, number, join.csr, &der,
			    &serial, &place->err));
	assert_int_equal(sites_get_by_serial(place->replica, bytes, &site,
			     &place->err),
	    STATUS_NOT_FOUND);
	PLACE_OK(place, issuer_follow(&place->writer, &serial, &place->err));
	PLACE_OK(place,
	    sites_get_by_serial(place->replica, bytes, &site, &place->err));
	assert_int_equal(site.number, number);
	buffer_deinit(&der);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_invited_computer_gets_number_and_certificate),
		TEST(test_second_use_is_refused),
		TEST(test_lost_answer_is_given_again),
		TEST(test_removed_computer_is_not_answered_again),
		TEST(test_wrong_secret_is_refused),
		TEST(test_bad_request_leaves_the_invitation),
		TEST(test_former_member_admits_nobody),
		TEST(test_other_bytes_are_refused),
		cmocka_unit_test(test_names_are_cleaned),
		TEST(test_renewed_serial_is_let_in_from_its_first_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
