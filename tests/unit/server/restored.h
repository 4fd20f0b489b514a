/*
 * A hub that is restored while its schools go on: on top of together.h.  All
 * ends must be off the line.
 */
#ifndef TESTS_SERVER_RESTORED_H
#define TESTS_SERVER_RESTORED_H

#include "common/support/file.h"
#include "server/core/recovery.h"
#include "tests/unit/server/together.h"

enum {
	BACKUP_PATH_BYTES = SCRATCH_BYTES + sizeof("/backup4294967295")
};

static inline void
hub_stop(struct fixture *f)
{
	hub_destroy(f->hub);
	replica_close(f->replica);
	f->hub = NULL;
	f->replica = NULL;
}

/* Open what lies at f->path, as after a crash. */
static inline void
hub_start(struct fixture *f)
{
	struct replica_options options = { .kind = REPLICA_HUB, .busy_ms = 50 };
	struct hub_options hub_options;

	options.path = f->path;
	OK(replica_open(&options, &f->replica, &f->err));
	OK(replica_jump(f->replica, (uint32_t)f->now, &f->err));
	hub_options = fixture_options(f);
	hub_options.seed = f->now;
	OK(hub_create(&hub_options, &f->hub, &f->err));
}

static inline void
backup_path(struct fixture *f, uint32_t number, char path[BACKUP_PATH_BYTES])
{
	snprintf(path, BACKUP_PATH_BYTES, "%s/backup%u", f->folder, number);
}

static inline void
hub_back_up(struct fixture *f, uint32_t number)
{
	char path[BACKUP_PATH_BYTES];

	backup_path(f, number, path);
	OK(check_backup(f->replica, path, &f->err));
}

/* From a backup, or (path NULL) from nothing: into a new file, which no other
 * process has open. */
static inline void
hub_restore_path(struct fixture *f, const char *path)
{
	static uint32_t lives;
	struct replica_options options = { .kind = REPLICA_HUB };
	struct buffer content = { 0 };
	struct hub_options hub_options;
	struct hub_writer writer;

	hub_stop(f);
	snprintf(f->path, sizeof(f->path), "%s/life%u", f->folder, ++lives);
	if (path != NULL) {
		OK(file_read(path, 64 * 1024 * 1024, &content, &f->err));
		OK(file_write(f->path, buffer_view(&content), FILE_SECRET,
		    &f->err));
		buffer_deinit(&content);
	}
	options.path = f->path;
	OK(replica_open(&options, &f->replica, &f->err));
	hub_options = fixture_options(f);
	OK(hub_writer_init(&writer, f->replica, &hub_options.mark_key, f->now,
	    lives, &f->err));
	OK(replica_begin(f->replica, &f->err));
	OK(recovery_begin(&writer, lives, &f->err));
	OK(replica_commit(f->replica, &f->err));
	replica_close(f->replica);
	f->replica = NULL;
	f->now += 1000;
	hub_start(f);
}

static inline void
hub_restore_number(struct fixture *f, uint32_t number)
{
	char path[BACKUP_PATH_BYTES];

	backup_path(f, number, path);
	hub_restore_path(f, path);
}

static inline bool
hub_collects(struct fixture *f)
{
	bool restored, collecting;

	OK(recovery_get(f->replica, &restored, &collecting, &f->err));
	return collecting;
}

/* As the command does, beside the hub. */
static inline void
excuse(struct fixture *f, uint32_t site)
{
	struct replica_options options = { .kind = REPLICA_HUB,
		.path = f->path };
	struct replica *beside = NULL;

	OK(replica_open(&options, &beside, &f->err));
	OK(recovery_set_offerer(beside, site, OFFERER_EXCUSED, &f->err));
	replica_close(beside);
	OK(hub_tick(f->hub, f->now, &f->err));
}

static inline void
take_off_line(struct end **ends, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (ends[i]->connected)
			end_break_line(ends[i]);
}

static inline void
hub_expect_sound(struct fixture *f)
{
	struct check_result result;

	OK(check_replica(f->replica, print_fault, NULL, NULL, &result,
	    &f->err));
}

struct holders {
	uint64_t pupil;
	uint32_t count;
};

static inline uint32_t
hub_holders(struct fixture *f, uint64_t pupil)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < SCHOOLS; i++) {
		struct grant grant = grant_of(f, i, pupil);

		count += grant.kind == GRANT_HOLDER && grant.frozen == 0 &&
		         grant.closed == 0;
	}
	return count;
}

#endif
