/*
 * Three computers and a hub, and the lines between them.
 */
#include "tests/sim/trio.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "server/core/hub_write.h"
#include "server/core/sites.h"

static const char *const disk_names[TRIO_NODES] = { "trio-hub", "trio-oak",
	"trio-oak2", "trio-elm" };

static const struct mark_key mark_key = { { 7 } };

/* --- switching on and off ------------------------------------------------- */

static enum status
open_replica(struct trio_node *node, struct error *err)
{
	char path[2 * DISK_NAME_BYTES];
	struct replica_options options = {
		.path = path,
		.vfs = DISK_VFS_NAME,
		.kind = node->number == TRIO_HUB ? REPLICA_HUB : REPLICA_CLIENT,
		.busy_ms = 50,
	};
	enum status status;

	snprintf(path, sizeof(path), "%s/replica.db", disk_names[node->number]);
	status = replica_open(&options, &node->replica, err);
	if (status == STATUS_OK)
		status = codec_create(&node->codec, err);
	return status;
}

static enum status
start_computer(struct trio_node *node, struct error *err)
{
	struct trio *trio = node->trio;
	struct replica_identity identity = {
		.site = node->number,
		.school = node->number == TRIO_ELM ? trio->elm : trio->oak,
	};
	struct engine_options options = { .program = "trio",
		.seed = trio->lives };
	enum status status = STATUS_OK;

	if (replica_identity(node->replica).site == 0)
		status = replica_identity_set(node->replica, &identity, err);
	if (status == STATUS_OK)
		status = replica_jump(node->replica, trio->lives * 1000, err);
	options.replica = node->replica;
	options.codec = node->codec;
	if (status == STATUS_OK)
		status = engine_create(&options, &node->engine, err);
	return status;
}

/* The service closes the link when what was made for it is sent. */
static void
note_hang_up(void *context, struct session *session)
{
	struct trio *trio = context;

	for (uint32_t i = TRIO_OAK; i < TRIO_NODES; i++)
		if (trio->nodes[i].session == session)
			trio->nodes[i].hang_up = true;
}

static enum status
start_hub(struct trio_node *node, struct error *err)
{
	struct hub_options options = {
		.replica = node->replica,
		.codec = node->codec,
		.mark_key = mark_key,
		.seed = node->trio->lives,
		.hang_up = note_hang_up,
		.context = node->trio,
	};

	return hub_create(&options, &node->trio->hub, err);
}

enum status
trio_start(struct trio_node *node, struct error *err)
{
	enum status status;

	assert(!trio_is_on(node));
	node->trio->lives++;
	status = open_replica(node, err);
	if (status == STATUS_OK)
		status = node->number == TRIO_HUB ? start_hub(node, err)
		                                  : start_computer(node, err);
	if (status != STATUS_OK)
		trio_stop(node);
	return status;
}

static struct engine_update step(struct trio_node *node,
    enum engine_event_type type, struct bytes bytes);

/* The hub hears of what broke before. */
static void
drop_former(struct trio_node *node)
{
	if (node->former != NULL)
		hub_disconnect(node->trio->hub, node->former);
	node->former = NULL;
}

static void
break_line(struct trio_node *node)
{
	if (node->session == NULL)
		return;
	hub_disconnect(node->trio->hub, node->session);
	node->session = NULL;
	node->hang_up = false;
	(void)step(node, ENGINE_DISCONNECTED, (struct bytes){ NULL, 0 });
}

/* Whether the line breaks under these bytes; then fewer of them arrive. */
static bool
breaks(struct trio *trio, struct bytes *bytes)
{
	size_t carried = TRIO_WHOLE;

	if (trio->carry != NULL && bytes->size > 0)
		carried = trio->carry(trio, bytes->size);
	if (carried != TRIO_WHOLE)
		bytes->size = carried;
	return carried != TRIO_WHOLE;
}

static void
break_midway(struct trio_node *node)
{
	if (node->trio->half_open && node->session != NULL) {
		drop_former(node);
		node->former = node->session;
		node->session = NULL;
		node->hang_up = false;
		(void)step(node, ENGINE_DISCONNECTED,
		    (struct bytes){ NULL, 0 });
	}
	break_line(node);
}

void
trio_stop(struct trio_node *node)
{
	struct trio *trio = node->trio;

	if (node->number == TRIO_HUB) {
		for (uint32_t i = TRIO_OAK; i < TRIO_NODES; i++) {
			drop_former(&trio->nodes[i]);
			break_line(&trio->nodes[i]);
		}
		hub_destroy(trio->hub);
		trio->hub = NULL;
	} else if (node->session != NULL) {
		hub_disconnect(trio->hub, node->session);
		node->session = NULL;
		node->hang_up = false;
	}
	drop_former(node);
	engine_destroy(node->engine);
	node->engine = NULL;
	replica_close(node->replica);
	node->replica = NULL;
	codec_destroy(node->codec);
	node->codec = NULL;
}

bool
trio_is_on(const struct trio_node *node)
{
	return node->replica != NULL;
}

/* --- the lines ------------------------------------------------------------ */

/* As the agent: after an error the link is dropped. */
static struct engine_update
step(struct trio_node *node, enum engine_event_type type, struct bytes bytes)
{
	struct engine_event event = {
		.type = type,
		.now_ms = node->trio->now_ms,
		.elapsed_ms = ++node->trio->elapsed_ms,
		.bytes = bytes,
	};
	struct engine_update update = { 0 };
	struct error err = { 0 };

	if (engine_step(node->engine, &event, &update, &err) != STATUS_OK) {
		memset(&update, 0, sizeof(update));
		update.wish = ENGINE_HANG_UP;
	}
	return update;
}

static void
carry_up(struct trio_node *node, const struct engine_update *update)
{
	struct trio *trio = node->trio;
	struct bytes bytes = update->output;
	bool broken = breaks(trio, &bytes);
	struct error err = { 0 };

	if (bytes.size > 0)
		(void)hub_receive(trio->hub, node->session, bytes, trio->now_ms,
		    &err);
	(void)hub_end_turn(trio->hub, trio->now_ms, &err);
	if (broken)
		break_midway(node);
	else if (update->wish == ENGINE_HANG_UP)
		break_line(node);
}

static void
carry_down(struct trio_node *node, bool *quiet)
{
	struct trio *trio = node->trio;
	struct buffer out = { 0 };
	struct engine_update update;
	struct bytes bytes;
	struct error err = { 0 };
	bool hang_up, broken;

	if (hub_output(trio->hub, node->session, 0, &out, trio->now_ms, &err) !=
	    STATUS_OK) {
		buffer_deinit(&out);
		break_line(node);
		*quiet = false;
		return;
	}
	hang_up = node->hang_up;
	bytes = buffer_view(&out);
	broken = breaks(trio, &bytes);
	*quiet = *quiet && bytes.size == 0 && !broken;
	if (bytes.size > 0) {
		update = step(node, ENGINE_RECEIVED, bytes);
		if (!broken)
			carry_up(node, &update);
	}
	buffer_deinit(&out);
	if (broken)
		break_midway(node);
	else if (hang_up)
		break_line(node);
}

static void
dial(struct trio_node *node)
{
	struct trio *trio = node->trio;
	uint8_t serial = (uint8_t)(90 + node->number);
	struct engine_update update;
	struct error err = { 0 };

	if (hub_connect(trio->hub, (struct bytes){ &serial, 1 }, trio->now_ms,
		NULL, &node->session, &err) != STATUS_OK)
		return;
	update = step(node, ENGINE_CONNECTED, (struct bytes){ NULL, 0 });
	carry_up(node, &update);
}

void
trio_pass_second(struct trio *trio, bool *quiet)
{
	struct engine_update update;
	struct error err = { 0 };

	*quiet = true;
	trio->now_ms += 1000;
	disk_vfs_set_time(trio->now_ms);
	if (trio->hub == NULL)
		return;
	(void)hub_tick(trio->hub, trio->now_ms, &err);
	(void)hub_end_turn(trio->hub, trio->now_ms, &err);
	for (uint32_t i = TRIO_OAK; i < TRIO_NODES; i++) {
		struct trio_node *node = &trio->nodes[i];

		if (!trio_is_on(node))
			continue;
		if (node->session == NULL) {
			*quiet = false;
			dial(node);
			continue;
		}
		drop_former(node);
		update = step(node, ENGINE_TICK, (struct bytes){ NULL, 0 });
		*quiet = *quiet && update.output.size == 0;
		carry_up(node, &update);
		if (node->session != NULL)
			carry_down(node, quiet);
	}
}

/* --- the first day -------------------------------------------------------- */

static enum status
write_school(struct hub_writer *writer, const char *name, const char *phase,
    uint64_t *school, struct error *err)
{
	struct column_text columns[] = {
		{ "name", bytes_of_text(name) },
		{ "phase", bytes_of_text(phase) },
		{ "member", bytes_of_text("Y") },
	};

	return hub_write_school(writer, 0, columns, 3, school, err);
}

static enum status
write_partnership(struct trio *trio, struct error *err)
{
	struct hub_writer writer;
	uint32_t number;
	enum status status;

	status = hub_writer_init(&writer, trio->nodes[TRIO_HUB].replica,
	    &mark_key, trio->now_ms, 42, err);
	if (status == STATUS_OK)
		status =
		    write_school(&writer, "Oak", "primary", &trio->oak, err);
	if (status == STATUS_OK)
		status =
		    write_school(&writer, "Elm", "secondary", &trio->elm, err);
	for (uint32_t i = TRIO_OAK; i < TRIO_NODES; i++) {
		uint8_t serial = (uint8_t)(90 + i);

		if (status == STATUS_OK)
			status = sites_take_number(&writer, &number, err);
		if (status == STATUS_OK)
			status = sites_register(&writer, number,
			    i == TRIO_ELM ? trio->elm : trio->oak,
			    bytes_of_text("computer"),
			    (struct bytes){ &serial, 1 }, err);
	}
	return status;
}

enum status
trio_create(struct trio *trio, struct error *err)
{
	enum status status;

	memset(trio, 0, sizeof(*trio));
	disk_vfs_register();
	trio->now_ms = UINT64_C(1800000000000); /* January 2027 */
	trio->elapsed_ms = 1000;
	for (uint32_t i = 0; i < TRIO_NODES; i++) {
		trio->nodes[i].trio = trio;
		trio->nodes[i].number = i;
		trio->nodes[i].disk = disk_create(disk_names[i]);
	}
	status = open_replica(&trio->nodes[TRIO_HUB], err);
	if (status == STATUS_OK)
		status = write_partnership(trio, err);
	trio_stop(&trio->nodes[TRIO_HUB]);
	return status;
}

void
trio_destroy(struct trio *trio)
{
	for (uint32_t i = TRIO_NODES; i > 0; i--) {
		trio_stop(&trio->nodes[i - 1]);
		disk_destroy(trio->nodes[i - 1].disk);
	}
}
