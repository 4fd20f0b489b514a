/*
 * A program of somebody else's on the library: a school's register that writes
 * notes of the day into Throughline, and shows what comes from other schools.
 *
 *	example FOLDER UPN TEXT
 */
#include <inttypes.h>
#include <stdio.h>

#include "client/include/throughline.h"

static bool
note_pupil(void *context, const struct tl_record *record)
{
	*(uint64_t *)context = tl_record_id(record);
	return false; /* one is enough */
}

static void
show_change(void *context, const char *collection, uint64_t record)
{
	(void)context;
	if (collection != NULL)
		printf("changed: %s %" PRIu64 "\n", collection, record);
}

static enum tl_status
add_note(struct tl *tl, uint64_t pupil, const char *text,
    struct tl_error *error)
{
	struct tl_write *write = NULL;
	enum tl_status status = tl_begin(tl, pupil, 0, &write, error);
	int64_t note;

	if (status != TL_OK)
		return status;
	status = tl_insert(write, "note", &note, error);
	if (status == TL_OK)
		status =
		    tl_set_text(write, note, "category", "pastoral", error);
	if (status == TL_OK)
		status = tl_set_text(write, note, "happened_on", "2026-07-21",
		    error);
	if (status == TL_OK)
		status = tl_set_text(write, note, "text", text, error);
	if (status == TL_OK)
		return tl_commit(write, error);
	tl_cancel(write);
	return status;
}

int
main(int argc, char **argv)
{
	struct tl *tl = NULL;
	struct tl_error error = { 0 };
	uint64_t pupil = 0;
	enum tl_status status;

	if (argc != 4) {
		fputs("usage: example FOLDER UPN TEXT\n", stderr);
		return 2;
	}
	status = tl_open(argv[1], &tl, &error);
	if (status == TL_OK) {
		tl_listen(tl, show_change, NULL);
		status = tl_each(tl, "pupil", "upn", argv[2], note_pupil,
		    &pupil, &error);
	}
	if (status == TL_OK && pupil != 0)
		status = add_note(tl, pupil, argv[3], &error);
	if (status == TL_OK)
		status = tl_sync(tl, &error); /* or let the agent do it */
	if (status != TL_OK)
		fprintf(stderr, "example: %s\n", error.text);
	tl_close(tl);
	return status == TL_OK ? 0 : 1;
}
