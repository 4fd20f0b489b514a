/*
 * The real engine and the real hub in one process, bytes handed from one to
 * the other: what neither side's own tests can show.  Uses the hub's fixture;
 * an end is one school computer with a replica in a file of its own.
 */
#ifndef TESTS_SERVER_TOGETHER_H
#define TESTS_SERVER_TOGETHER_H

#include "tests/unit/server/domain.h"

#include "client/engine/engine.h"
#include "common/replica/check.h"
#include "common/replica/draft.h"
#include "common/replica/pending.h"

struct end {
	struct fixture *f;
	uint32_t site;
	const struct catalogue *catalogue; /* its program's; NULL: built in */
	char path[128];
	struct replica *replica;
	struct codec *codec;
	struct engine *engine;
	bool connected;
	uint64_t clock_ms; /* this computer's error */
	size_t cut_after;  /* bytes either way until the line breaks; 0: no */
	uint64_t up_bytes; /* that reached the hub */
	uint64_t down_bytes;
	struct error err;
};

static uint64_t together_elapsed = 1000;

/* Whatever a computer does it does by its own program's catalogue; between
 * that the hub's is in force. */
#define END_OK(end, call)                                     \
	(catalogue_use((end)->catalogue),                     \
	    fixture_ok((call), __LINE__, #call, &(end)->err), \
	    catalogue_use((end)->f->catalogue))

static inline void
end_start_engine(struct end *end)
{
	struct engine_options options = {
		.replica = end->replica,
		.codec = end->codec,
		.program = "test",
		.seed = end->site,
	};

	END_OK(end, engine_create(&options, &end->engine, &end->err));
}

static inline void
end_open_with(struct end *end, struct fixture *f, uint32_t site,
    const char *name, const struct catalogue *catalogue)
{
	struct replica_options options = { .kind = REPLICA_CLIENT };
	struct replica_identity identity = {
		.site = site,
		.school = f->schools[site_schools[site]],
	};

	memset(end, 0, sizeof(*end));
	end->f = f;
	end->site = site;
	end->catalogue = catalogue;
	snprintf(end->path, sizeof(end->path), "%s/%s.db", f->folder, name);
	options.path = end->path;
	END_OK(end, replica_open(&options, &end->replica, &end->err));
	END_OK(end, replica_identity_set(end->replica, &identity, &end->err));
	END_OK(end, replica_jump(end->replica, site * 1000, &end->err));
	END_OK(end, codec_create(&end->codec, &end->err));
	end_start_engine(end);
}

static inline void
end_open(struct end *end, struct fixture *f, uint32_t site, const char *name)
{
	end_open_with(end, f, site, name, NULL);
}

static inline void end_break_line(struct end *end);

static inline void
end_close(struct end *end)
{
	if (end->connected)
		end_break_line(end);
	engine_destroy(end->engine);
	replica_close(end->replica);
	codec_destroy(end->codec);
}

/* The process is gone: nothing of it is left but what the database holds.
 * Another goes on, under end->catalogue. */
static inline void
end_restart(struct end *end)
{
	struct fixture *f = end->f;
	struct replica_options options = {
		.path = end->path,
		.kind = REPLICA_CLIENT,
		.must_exist = true,
	};

	if (end->connected) {
		hub_disconnect(f->hub, f->sessions[end->site]);
		f->sessions[end->site] = NULL;
	}
	engine_destroy(end->engine);
	replica_close(end->replica);
	codec_destroy(end->codec);
	end->engine = NULL;
	end->replica = NULL;
	end->codec = NULL;
	end->connected = false;
	end->cut_after = 0;
	END_OK(end, replica_open(&options, &end->replica, &end->err));
	END_OK(end, replica_jump(end->replica, 7, &end->err));
	END_OK(end, codec_create(&end->codec, &end->err));
	end_start_engine(end);
}

/* --- the line ------------------------------------------------------------- */

static inline struct engine_update
end_step(struct end *end, enum engine_event_type type, struct bytes bytes)
{
	struct engine_event event = {
		.type = type,
		.now_ms = end->f->now + end->clock_ms,
		.elapsed_ms = ++together_elapsed,
		.bytes = bytes,
	};
	struct engine_update update;

	END_OK(end, engine_step(end->engine, &event, &update, &end->err));
	return update;
}

static inline void
end_break_line(struct end *end)
{
	struct fixture *f = end->f;

	hub_disconnect(f->hub, f->sessions[end->site]);
	f->sessions[end->site] = NULL;
	end->connected = false;
	(void)end_step(end, ENGINE_DISCONNECTED, (struct bytes){ NULL, 0 });
}

/* How many of size bytes get through; fewer means that the line breaks. */
static inline size_t
end_let_through(struct end *end, size_t size)
{
	if (end->cut_after == 0)
		return size;
	if (size >= end->cut_after) {
		size = end->cut_after;
		end->cut_after = 0;
		return size;
	}
	end->cut_after -= size;
	return size;
}

/* Carry what the engine gave out.  False when the line broke. */
static inline bool
end_carry_up(struct end *end, const struct engine_update *update)
{
	struct fixture *f = end->f;
	bool limited = end->cut_after != 0;
	size_t size = end_let_through(end, update->output.size);
	bool broke = limited && end->cut_after == 0;

	end->up_bytes += size;
	if (size > 0)
		OK(hub_receive(f->hub, f->sessions[end->site],
		    (struct bytes){ update->output.data, size }, f->now,
		    &f->err));
	OK(hub_end_turn(f->hub, f->now, &f->err));
	if (broke || update->wish == ENGINE_HANG_UP)
		end_break_line(end);
	return end->connected;
}

/* Carry what the hub has to say.  *some: there was anything. */
static inline bool
end_carry_down(struct end *end, bool *some)
{
	struct fixture *f = end->f;
	struct buffer out = { 0 };
	struct engine_update update;
	bool limited = end->cut_after != 0, up;
	size_t size;

	OK(hub_output(f->hub, f->sessions[end->site], 0, &out, f->now,
	    &f->err));
	size = end_let_through(end, buffer_view(&out).size);
	*some = buffer_view(&out).size > 0;
	end->down_bytes += size;
	if (size == 0) {
		buffer_deinit(&out);
		return true;
	}
	update = end_step(end, ENGINE_RECEIVED,
	    (struct bytes){ buffer_view(&out).data, size });
	buffer_deinit(&out);
	if (limited && end->cut_after == 0) {
		end_break_line(end);
		return false;
	}
	up = end_carry_up(end, &update);
	return up;
}

static inline bool
end_connect(struct end *end)
{
	struct fixture *f = end->f;
	struct engine_update update;
	enum status status;

	status = hub_connect(f->hub, serial_of(end->site), f->now, NULL,
	    &f->sessions[end->site], &f->err);
	/* As the service does with a certificate of the hub's authority. */
	if (status == STATUS_DENIED)
		status = hub_connect_stranger(f->hub, end->site, f->now, NULL,
		    &f->sessions[end->site], &f->err);
	OK(status);
	end->connected = true;
	update = end_step(end, ENGINE_CONNECTED, (struct bytes){ NULL, 0 });
	return end_carry_up(end, &update);
}

/* Let the ends talk until nobody has anything to say.  The clock moves on, so
 * that what the hub tells only after a while is told too. */
static inline void
together(struct end **ends, uint32_t count)
{
	uint32_t quiet = 0;

	for (uint32_t round = 0; round < 10000 && quiet < 4; round++) {
		bool any = false, some = false;

		for (uint32_t i = 0; i < count; i++) {
			struct end *end = ends[i];
			struct engine_update update;

			if (!end->connected && !end_connect(end)) {
				any = true;
				continue;
			}
			update = end_step(end, ENGINE_TICK,
			    (struct bytes){ NULL, 0 });
			any = any || update.output.size > 0;
			if (!end_carry_up(end, &update) ||
			    !end_carry_down(end, &some))
				any = true;
			any = any || some;
		}
		quiet = any ? 0 : quiet + 1;
		ends[0]->f->now += 1000;
	}
	assert_true(quiet >= 4);
}

static inline void
sync_end(struct end *end)
{
	together(&end, 1);
}

static inline struct engine_status
end_status(struct end *end)
{
	struct engine_status status;

	END_OK(end, engine_get_status(end->engine, &status, &end->err));
	return status;
}

static inline void
expect_proved(struct end *end)
{
	struct engine_status status = end_status(end);

	if (!status.proved)
		fail_msg("site %u: not proved: waiting %d aside %d filling %d "
			 "differs %d cursor %d state %d goodbye %d",
		    end->site, (int)status.waiting, (int)status.aside,
		    (int)status.filling, status.differs, (int)status.cursor,
		    (int)status.state, (int)status.goodbye.code);
}

/* --- what people do ------------------------------------------------------- */

static inline uint64_t
end_now(const struct end *end)
{
	return end->f->now + end->clock_ms;
}

static inline uint64_t
end_new_pupil(struct end *end, const char *surname)
{
	struct draft *draft = NULL;
	struct value holder =
	    value_integer((int64_t)replica_identity(end->replica).school);
	int64_t pupil;
	uint64_t commit;

	END_OK(end, replica_begin(end->replica, &end->err));
	END_OK(end, draft_create_dossier(end->replica, 0, &draft, &end->err));
	END_OK(end, draft_insert(draft, "pupil", &pupil, &end->err));
	END_OK(end,
	    draft_set_text(draft, pupil, "surname", text(surname), &end->err));
	END_OK(end,
	    draft_set_text(draft, pupil, "forename", text("Idris"), &end->err));
	END_OK(end, draft_set_text(draft, pupil, "birth_date",
			text("2015-01-19"), &end->err));
	END_OK(end, draft_set(draft, pupil, "holder", &holder, &end->err));
	END_OK(end, draft_finish(draft, end_now(end), &commit, &end->err));
	draft_destroy(draft);
	END_OK(end, replica_commit(end->replica, &end->err));
	return commit;
}

struct column_and_text {
	const char *column;
	const char *text;
};

/* Write columns of a record, or of a new one of a collection (id 0).  A text
 * that begins with # is an id. */
static inline uint64_t
end_write(struct end *end, uint64_t dossier, const char *collection,
    uint64_t id, const struct column_and_text *columns)
{
	struct draft *draft = NULL;
	int64_t record = (int64_t)id;
	uint64_t commit;

	END_OK(end, replica_begin(end->replica, &end->err));
	END_OK(end, draft_create(end->replica, dossier, 0, &draft, &end->err));
	if (id == 0)
		END_OK(end,
		    draft_insert(draft, collection, &record, &end->err));
	for (; columns->column != NULL; columns++)
		END_OK(end, draft_set_text(draft, record, columns->column,
				text(columns->text), &end->err));
	END_OK(end, draft_finish(draft, end_now(end), &commit, &end->err));
	draft_destroy(draft);
	END_OK(end, replica_commit(end->replica, &end->err));
	return commit;
}

#define COLUMNS(...) \
	((const struct column_and_text[]){ __VA_ARGS__, { NULL, NULL } })

/* A step of a transfer: its state, and what goes with it on the pupil. */
static inline uint64_t
end_step_transfer(struct end *end, uint64_t pupil, uint64_t transfer,
    uint32_t to_school, const char *state)
{
	uint64_t school = replica_identity(end->replica).school;
	struct draft *draft = NULL;
	struct value value;
	int64_t record = (int64_t)transfer;
	uint64_t commit;

	END_OK(end, replica_begin(end->replica, &end->err));
	END_OK(end, draft_create(end->replica, pupil, 0, &draft, &end->err));
	if (transfer == 0) {
		END_OK(end,
		    draft_insert(draft, "transfer", &record, &end->err));
		END_OK(end, draft_set_text(draft, record, "kind", text("phase"),
				&end->err));
		value = value_integer((int64_t)school);
		END_OK(end,
		    draft_set(draft, record, "from_school", &value, &end->err));
		value = value_integer((int64_t)end->f->schools[to_school]);
		END_OK(end,
		    draft_set(draft, record, "to_school", &value, &end->err));
		value = value_integer(record);
	} else {
		value = value_null();
	}
	END_OK(end, draft_set(draft, (int64_t)pupil, "open_transfer", &value,
			&end->err));
	END_OK(end,
	    draft_set_text(draft, record, "state", text(state), &end->err));
	if (strcmp(state, "accepted") == 0) {
		value = value_integer((int64_t)school);
		END_OK(end, draft_set(draft, (int64_t)pupil, "holder", &value,
				&end->err));
	}
	END_OK(end, draft_finish(draft, end_now(end), &commit, &end->err));
	draft_destroy(draft);
	END_OK(end, replica_commit(end->replica, &end->err));
	return commit;
}

static inline bool
count_one(void *context, const struct record *record)
{
	(void)record;
	(*(uint64_t *)context)++;
	return true;
}

/* How many records of a collection are here; of a dossier, or (0) all. */
static inline uint64_t
end_count(struct end *end, const char *collection, uint64_t dossier)
{
	struct record_query query = { .dossier = dossier };
	uint64_t count = 0;

	catalogue_use(end->catalogue);
	query.collection = catalogue_collection(text(collection));
	END_OK(end,
	    record_each(end->replica, &query, count_one, &count, &end->err));
	return count;
}

static inline uint64_t
end_last(struct end *end, const char *collection, uint64_t dossier)
{
	struct record_query query = { .dossier = dossier };
	uint64_t last = 0;

	catalogue_use(end->catalogue);
	query.collection = catalogue_collection(text(collection));
	END_OK(end,
	    record_each(end->replica, &query, note_last, &last, &end->err));
	return last;
}

static inline void
end_expect(struct end *end, uint64_t id, const char *column,
    const char *expected)
{
	struct arena arena = { 0 };
	struct record record;
	struct value value;
	char got[64] = "(none)";

	END_OK(end, record_get(end->replica, id, &arena, &record, &end->err));
	catalogue_use(end->catalogue);
	value = record_value(&record, column);
	catalogue_use(end->f->catalogue);
	if (value.type == VALUE_TEXT)
		snprintf(got, sizeof(got), "%.*s", (int)value.bytes.size,
		    (const char *)value.bytes.data);
	arena_deinit(&arena);
	assert_string_equal(got, expected);
}

static inline uint64_t
end_conflicts(struct end *end)
{
	uint64_t count;

	END_OK(end, conflict_count(end->replica, &count, &end->err));
	return count;
}

static inline void
print_fault(void *context, const char *sentence)
{
	(void)context;
	print_message("%s\n", sentence);
}

static inline void
expect_sound(struct end *end)
{
	struct check_result result;

	END_OK(end, check_replica(end->replica, print_fault, NULL, NULL,
			&result, &end->err));
}

/* A new pupil at oak is announced to elm, which says that it is theirs. */
static inline uint64_t
together_announce(struct end *oak, struct end *elm, uint64_t *transfer)
{
	struct end *ends[] = { oak, elm };
	uint64_t pupil = end_new_pupil(oak, "Canaryname");

	*transfer = end_step_transfer(oak, pupil, 0, ELM, "open");
	together(ends, 2);
	end_write(elm, elm->f->schools[ELM], "envelope",
	    end_last(elm, "envelope", 0), COLUMNS({ "state", "ours" }));
	together(ends, 2);
	return pupil;
}

#endif
