/*
 * Imports from files, and the words for what comes of them.
 */
#include <stdio.h>

#include "client/import/import.h"

static enum status
read_stream(void *context, uint8_t *room, size_t size, size_t *got,
    struct error *err)
{
	FILE *stream = context;

	*got = fread(room, 1, size, stream);
	if (*got == 0 && ferror(stream))
		return error_set(err, STATUS_IO, "it cannot be read");
	return STATUS_OK;
}

static enum status
open_stream(const char *path, FILE **stream, struct error *err)
{
	*stream = fopen(path, "rb");
	if (*stream == NULL)
		return error_set(err, STATUS_NOT_FOUND,
		    "import %s: it does not exist or cannot be opened", path);
	return STATUS_OK;
}

enum status
import_ctf_file(const struct import_options *options, const char *path,
    struct import_totals *totals, struct error *err)
{
	FILE *stream;
	enum status status = open_stream(path, &stream, err);

	*totals = (struct import_totals){ 0 };
	if (status != STATUS_OK)
		return status;
	status = import_ctf(options, path, read_stream, stream, totals, err);
	fclose(stream);
	return status;
}

enum status
import_csv_file(const struct import_options *options, const char *collection,
    const char *path, struct import_totals *totals, struct error *err)
{
	FILE *stream;
	enum status status = open_stream(path, &stream, err);

	*totals = (struct import_totals){ 0 };
	if (status != STATUS_OK)
		return status;
	status =
	    import_csv(options, collection, read_stream, stream, totals, err);
	fclose(stream);
	return status;
}

const char *
import_outcome_text(enum import_outcome outcome)
{
	switch (outcome) {
	case IMPORT_UNCHANGED:
		return "unchanged";
	case IMPORT_CREATED:
		return "created";
	case IMPORT_UPDATED:
		return "updated";
	case IMPORT_PERSON:
		return "needs a person";
	case IMPORT_REFUSED:
		return "cannot be read";
	}
	return "unknown";
}

static const struct {
	enum import_doubt doubt;
	const char *name;
} doubts[] = {
	{ DOUBT_DESTINATION, "destination" },
	{ DOUBT_NO_UPN, "no_upn" },
	{ DOUBT_TEMPORARY_UPN, "temporary_upn" },
	{ DOUBT_UPN_LETTER, "upn_letter" },
};

enum import_doubt
import_doubt_parse(struct bytes text)
{
	for (size_t i = 0; i < sizeof(doubts) / sizeof(doubts[0]); i++)
		if (bytes_equal_text(text, doubts[i].name))
			return doubts[i].doubt;
	return DOUBT_NONE;
}

const char *
import_doubt_name(enum import_doubt doubt)
{
	for (size_t i = 0; i < sizeof(doubts) / sizeof(doubts[0]); i++)
		if (doubts[i].doubt == doubt)
			return doubts[i].name;
	return "";
}
