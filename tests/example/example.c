/* A school's register on the library: a note of the day for a pupil.
 *	throughline-example FOLDER UPN TEXT */
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
		printf("changed: %s %llu\n", collection,
		    (unsigned long long)record);
}

static enum tl_status
add_note(struct tl *tl, uint64_t pupil, const char *text, struct tl_error *err)
{
	struct tl_write *write = NULL;
	int64_t note;

	if (tl_begin(tl, pupil, 0, &write, err) != TL_OK)
		return err->status;
	if (tl_insert(write, "note", &note, err) == TL_OK &&
	    tl_set_text(write, note, "category", "pastoral", err) == TL_OK &&
	    tl_set_text(write, note, "happened_on", "2026-07-21", err) ==
		TL_OK &&
	    tl_set_text(write, note, "text", text, err) == TL_OK)
		return tl_commit(write, err);
	tl_cancel(write);
	return err->status;
}

int
main(int argc, char **argv)
{
	struct tl *tl = NULL;
	struct tl_error err = { TL_INVALID, "say FOLDER UPN TEXT" };
	uint64_t pupil = 0;

	if (argc == 4 && tl_open(argv[1], &tl, &err) == TL_OK) {
		tl_listen(tl, show_change, NULL);
		if (tl_each(tl, "pupil", "upn", argv[2], note_pupil, &pupil,
			&err) == TL_OK &&
		    add_note(tl, pupil, argv[3], &err) == TL_OK)
			(void)tl_sync(tl, &err); /* or let the agent do it */
	}
	if (err.status != TL_OK)
		fprintf(stderr, "example: %s\n", err.text);
	tl_close(tl);
	return err.status == TL_OK ? 0 : 1;
}
