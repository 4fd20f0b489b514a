/*
 * The hub on a real socket, with the client's own code at the other end.  The
 * hub has a thread and a loop to itself, as it has a process in life.
 */
#include "server/service/service.h"

#include "client/agent/join.h"
#include "client/agent/once.h"
#include "common/net/invitation.h"
#include "common/net/listener.h"
#include "place.h"
#include "server/authority/invitations.h"
#include "server/core/sites.h"
#include "server/service/presence.h"

struct world {
	struct place place;
	struct service *service;
	uv_loop_t loop;
	uv_async_t stop;
	uv_thread_t thread;
	uint16_t port;
	char client[300];
};

/* --- the hub's thread ----------------------------------------------------- */

static void
on_stop(uv_async_t *async)
{
	struct world *world = async->data;

	service_stop(world->service);
	uv_close((uv_handle_t *)async, NULL);
}

static void
run_loop(void *context)
{
	struct world *world = context;

	uv_run(&world->loop, UV_RUN_DEFAULT);
}

static void
start(struct world *world)
{
	struct place *place = &world->place;
	struct service_options options = { .folder = place->folder,
		.replica = place->replica };

	assert_int_equal(uv_loop_init(&world->loop), 0);
	PLACE_OK(place, service_start(&world->loop, &options, &world->service,
			    &place->err));
	PLACE_OK(place,
	    presence_get_port(place->replica, &world->port, &place->err));
	uv_async_init(&world->loop, &world->stop, on_stop);
	world->stop.data = world;
	assert_int_equal(uv_thread_create(&world->thread, run_loop, world), 0);
}

static void
stop(struct world *world)
{
	uv_async_send(&world->stop);
	uv_thread_join(&world->thread);
	service_destroy(world->service);
	world->service = NULL;
	assert_int_equal(uv_loop_close(&world->loop), 0);
}

static int
setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	place_init(&world->place);
	snprintf(world->client, sizeof(world->client), "%s/client",
	    world->place.base);
	*state = world;
	return 0;
}

static int
teardown(void **state)
{
	struct world *world = *state;

	place_deinit(&world->place);
	free(world);
	return 0;
}

/* --- the computer --------------------------------------------------------- */

/* Made before the hub starts: its replica belongs to its thread from then. */
static void
make_code(struct world *world, uint8_t secret[INVITATION_SECRET_BYTES])
{
	struct place *place = &world->place;

	PLACE_OK(place,
	    invitations_create(place->replica, place->member, place_now(),
		place_now() + 60 * 1000, secret, &place->err));
}

static enum status
join(struct world *world, const uint8_t secret[INVITATION_SECRET_BYTES],
    struct join_result *result, struct error *err)
{
	struct place *place = &world->place;
	struct invitation invitation = { .host = "127.0.0.1",
		.port = world->port,
		.authority = certificate_fingerprint(
		    buffer_view(&place->folder->authority)) };
	char code[INVITATION_TEXT_BYTES];
	struct join_options options = { .data = world->client,
		.code = code,
		.computer = "office" };

	memcpy(invitation.secret, secret, INVITATION_SECRET_BYTES);
	PLACE_OK(place, invitation_encode(&invitation, code, &place->err));
	return join_hub(&options, result, err);
}

static enum status
sync(struct world *world, struct error *err)
{
	struct folder *folder = NULL;
	struct replica *replica = NULL;
	struct once_options options = { .data = world->client,
		.mode = AGENT_ONCE };
	struct once_result result;
	struct place *place = &world->place;
	enum status status;

	PLACE_OK(place, folder_open(world->client, &folder, &place->err));
	PLACE_OK(place,
	    folder_open_replica(folder, true, &replica, &place->err));
	options.folder = folder;
	options.replica = replica;
	status = once_sync(&options, &result, err);
	replica_close(replica);
	folder_close(folder);
	return status;
}

static uint64_t
failures(struct world *world, enum presence_failure failure)
{
	struct presence presence = { 0 };

	PLACE_OK(&world->place,
	    presence_load(world->place.replica, &presence, &world->place.err));
	assert_int_equal(presence.site_count, 0);
	return presence.failures[failure];
}

/* --- the tests ------------------------------------------------------------ */

/* With a right code a computer gets in, and its replica is proved equal. */
static void
test_invited_computer_joins_and_syncs(void **state)
{
	struct world *world = *state;
	uint8_t secret[INVITATION_SECRET_BYTES];
	struct join_result result = { 0 };
	struct site_state known;
	struct error err = { 0 };

	make_code(world, secret);
	start(world);
	place_ok(join(world, secret, &result, &err), __LINE__, "join", &err);
	assert_int_equal(result.site, 1);
	assert_true(result.school == world->place.member);
	assert_string_equal(result.school_name, "Oak Infant School");
	place_ok(sync(world, &err), __LINE__, "sync", &err);
	stop(world);
	PLACE_OK(&world->place, sites_get_state(world->place.replica, 1, &known,
				    &world->place.err));
	assert_true(known.last_seen_ms != 0);
	assert_int_equal(failures(world, PRESENCE_INVITATION), 0);
}

/* A guessed code is refused, counted, and leaves no folder that looks joined.
 */
static void
test_wrong_code_is_refused_and_counted(void **state)
{
	struct world *world = *state;
	uint8_t wrong[INVITATION_SECRET_BYTES] = { 1 };
	struct join_result result;
	struct error err = { 0 };

	start(world);
	assert_int_equal(join(world, wrong, &result, &err), STATUS_DENIED);
	assert_non_null(strstr(err.text, "invitation"));
	stop(world);
	assert_int_equal(failures(world, PRESENCE_INVITATION), 1);
}

/* A computer that was revoked has a good certificate, and is not let in. */
static void
test_revoked_computer_is_not_let_in(void **state)
{
	struct world *world = *state;
	struct place *place = &world->place;
	uint8_t secret[INVITATION_SECRET_BYTES];
	struct join_result result;
	struct error err = { 0 };

	make_code(world, secret);
	start(world);
	place_ok(join(world, secret, &result, &err), __LINE__, "join", &err);
	stop(world);
	PLACE_OK(place,
	    sites_revoke(&place->writer, result.site, "test", &place->err));
	start(world);
	assert_int_not_equal(sync(world, &err), STATUS_OK);
	stop(world);
	assert_true(failures(world, PRESENCE_UNKNOWN) >= 1);
}

/* With port 0 the computers still find the hub after it was started again. */
static void
test_port_is_kept_over_a_restart(void **state)
{
	struct world *world = *state;
	uint16_t port;

	start(world);
	port = world->port;
	assert_int_not_equal(port, 0);
	stop(world);
	start(world);
	assert_int_equal(world->port, port);
	stop(world);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_invited_computer_joins_and_syncs),
		TEST(test_wrong_code_is_refused_and_counted),
		TEST(test_revoked_computer_is_not_let_in),
		TEST(test_port_is_kept_over_a_restart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
