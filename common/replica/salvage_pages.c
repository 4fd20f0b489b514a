/*
 * Reading pages where SQLite does not find its way to them any more: every
 * leaf of any table is looked through for rows that have the shape of those of
 * `pending` or `ledger`.  What they say is proved by their digest, so nothing
 * has to be known about where a page belongs.
 *
 * A page is taken from the WAL where a transaction that was committed there
 * wrote it.  The form of the files is SQLite's, https://sqlite.org/fileformat
 * .html; all that is read is bounded by the page or the file that it lies in.
 */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "common/replica/pending.h"
#include "common/replica/salvage_private.h"
#include "protocol/limits.h"

enum {
	PAGE_BYTES_LEAST = 512,
	PAGE_BYTES_USUAL = 4096,
	PAGE_BYTES_MOST = 65536,
	PAGES_MOST = 1 << 24, /* far more than any of ours has */
	FILE_HEADER_BYTES = 100,
	WAL_HEADER_BYTES = 32,
	FRAME_HEADER_BYTES = 24,
	LEAF_HEADER_BYTES = 8,
	LEAF_OF_TABLE = 0x0d,
	ROW_COLUMNS = 8, /* of pending, and of ledger */
	ROW_BYTES_MOST = LIMIT_COMMIT_BYTES + 1024
};

/* One of the two files. */
struct source {
	char *name; /* of sqlite3_create_filename; NULL: not opened */
	sqlite3_file *file;
	uint64_t size;
};

struct pages {
	struct salvage *salvage;
	struct source database;
	struct source wal;
	uint32_t page_bytes;
	uint32_t count;
	uint32_t *frames; /* by page: 1 + its frame in the WAL, or 0 */
	uint8_t *page;
	uint8_t *more; /* an overflow page */
	uint8_t *row;  /* ROW_BYTES_MOST */
};

struct cell {
	bool is_integer;
	bool is_blob;
	int64_t integer;
	struct bytes bytes;
};

/* --- big-endian numbers --------------------------------------------------- */

static uint32_t
load16(const uint8_t *in)
{
	return (uint32_t)in[0] << 8 | in[1];
}

static uint32_t
load32(const uint8_t *in)
{
	return load16(in) << 16 | load16(in + 2);
}

/* SQLite's: 7 bits a byte, the ninth whole.  false: it goes past the end. */
static bool
load_varint(struct bytes *in, uint64_t *number)
{
	*number = 0;
	for (int i = 0; i < 9 && in->size > 0; i++) {
		uint8_t byte = in->data[0];

		bytes_advance(in, 1);
		if (i == 8) {
			*number = *number << 8 | byte;
			return true;
		}
		*number = *number << 7 | (byte & 0x7f);
		if (byte < 0x80)
			return true;
	}
	return false;
}

/* --- the files ------------------------------------------------------------ */

static bool
no_memory(struct pages *pages)
{
	pages->salvage->status = error_set(pages->salvage->err, STATUS_NOMEM,
	    "there is no memory for a page");
	return false;
}

/* What cannot be opened has nothing in it. */
static bool
open_source(struct pages *pages, const char *suffix, struct source *source)
{
	const char *path = pages->salvage->options->path;
	sqlite3_vfs *vfs = sqlite3_vfs_find(pages->salvage->options->vfs);
	size_t size = strlen(path) + strlen(suffix) + 1;
	char *whole = malloc(size);
	sqlite3_int64 bytes = 0;
	int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB;
	int result;

	if (whole != NULL) {
		memcpy(whole, path, strlen(path));
		memcpy(whole + strlen(path), suffix, strlen(suffix) + 1);
		source->name = (char *)(uintptr_t)sqlite3_create_filename(whole,
		    "", "", 0, NULL);
	}
	free(whole);
	source->file = calloc(1, (size_t)vfs->szOsFile);
	if (source->name == NULL || source->file == NULL)
		return no_memory(pages);
	result = vfs->xOpen(vfs, source->name, source->file, flags, &flags);
	if (result == SQLITE_NOMEM)
		return no_memory(pages);
	if (result == SQLITE_OK &&
	    source->file->pMethods->xFileSize(source->file, &bytes) ==
		SQLITE_OK &&
	    bytes > 0)
		source->size = (uint64_t)bytes;
	return true;
}

static void
close_source(struct source *source)
{
	if (source->file != NULL && source->file->pMethods != NULL)
		source->file->pMethods->xClose(source->file);
	free(source->file);
	sqlite3_free_filename(source->name);
}

static bool
read_at(struct source *source, uint64_t offset, uint8_t *out, uint32_t size)
{
	return offset + size <= source->size &&
	       source->file->pMethods->xRead(source->file, out, (int)size,
		   (sqlite3_int64)offset) == SQLITE_OK;
}

/* --- where the pages are -------------------------------------------------- */

static bool
is_page_size(uint32_t size)
{
	return size >= PAGE_BYTES_LEAST && size <= PAGE_BYTES_MOST &&
	       (size & (size - 1)) == 0;
}

/* This program makes databases of the usual size; what made another says so in
 * one of the headers. */
static void
find_page_size(struct pages *pages)
{
	uint8_t header[WAL_HEADER_BYTES];
	uint32_t size;

	pages->page_bytes = PAGE_BYTES_USUAL;
	if (read_at(&pages->database, 0, header, sizeof(header)) &&
	    memcmp(header, "SQLite format 3", 16) == 0) {
		size = load16(header + 16);
		size = size == 1 ? PAGE_BYTES_MOST : size;
		if (is_page_size(size))
			pages->page_bytes = size;
	} else if (read_at(&pages->wal, 0, header, sizeof(header)) &&
		   (load32(header) & ~UINT32_C(1)) == 0x377f0682 &&
		   is_page_size(load32(header + 8))) {
		pages->page_bytes = load32(header + 8);
	}
}

/* Of the same round of the WAL as its header: *page and whether a transaction
 * ends with it. */
static bool
read_frame(struct pages *pages, const uint8_t *salts, uint32_t frame,
    uint32_t *page, bool *ends)
{
	uint8_t header[FRAME_HEADER_BYTES];
	uint64_t step = (uint64_t)FRAME_HEADER_BYTES + pages->page_bytes;

	if (!read_at(&pages->wal, WAL_HEADER_BYTES + frame * step, header,
		sizeof(header)) ||
	    memcmp(header + 8, salts, 8) != 0)
		return false;
	*page = load32(header);
	*ends = load32(header + 4) != 0;
	return true;
}

static uint32_t
at_most(uint64_t pages)
{
	return pages < PAGES_MOST ? (uint32_t)pages : PAGES_MOST;
}

/* Every page that any transaction of the WAL wrote, up to the last that was
 * committed. */
static bool
map_wal(struct pages *pages)
{
	uint64_t step = (uint64_t)FRAME_HEADER_BYTES + pages->page_bytes;
	uint32_t frames =
	    pages->wal.size < WAL_HEADER_BYTES
		? 0
		: at_most((pages->wal.size - WAL_HEADER_BYTES) / step);
	uint8_t header[WAL_HEADER_BYTES];
	uint32_t committed = 0, page;
	bool ends;

	pages->count =
	    at_most(pages->database.size / pages->page_bytes + frames + 1);
	pages->frames =
	    calloc((size_t)pages->count + 1, sizeof(*pages->frames));
	if (pages->frames == NULL)
		return no_memory(pages);
	if (!read_at(&pages->wal, 0, header, sizeof(header)))
		return true;
	for (uint32_t i = 0; i < frames; i++) {
		if (!read_frame(pages, header + 16, i, &page, &ends))
			break;
		if (ends)
			committed = i + 1;
	}
	for (uint32_t i = 0; i < committed; i++)
		if (read_frame(pages, header + 16, i, &page, &ends) &&
		    page <= pages->count)
			pages->frames[page] = i + 1;
	return true;
}

static bool
read_page(struct pages *pages, uint32_t page, uint8_t *out)
{
	uint64_t step = (uint64_t)FRAME_HEADER_BYTES + pages->page_bytes;
	uint32_t frame;

	if (page == 0 || page > pages->count)
		return false;
	frame = pages->frames[page];
	if (frame > 0)
		return read_at(&pages->wal,
		    WAL_HEADER_BYTES + (frame - 1) * step + FRAME_HEADER_BYTES,
		    out, pages->page_bytes);
	return read_at(&pages->database,
	    (uint64_t)(page - 1) * pages->page_bytes, out, pages->page_bytes);
}

/* --- one row -------------------------------------------------------------- */

/* How much of a row of size bytes lies in its leaf. */
static uint32_t
local_bytes(const struct pages *pages, uint32_t size)
{
	uint32_t usable = pages->page_bytes;
	uint32_t most = usable - 35;
	uint32_t least = (usable - 12) * 32 / 255 - 23;
	uint32_t local;

	if (size <= most)
		return size;
	local = least + (size - least) % (usable - 4);
	return local <= most ? local : least;
}

/* The whole row in pages->row; false: it is not a row, or a part is lost. */
static bool
gather(struct pages *pages, struct bytes in, uint32_t size)
{
	uint32_t have = local_bytes(pages, size);
	uint32_t next, piece;

	if (in.size < have || (have < size && in.size < have + 4))
		return false;
	memcpy(pages->row, in.data, have);
	for (next = have < size ? load32(in.data + have) : 0; have < size;
	     have += piece) {
		if (!read_page(pages, next, pages->more))
			return false;
		piece = pages->page_bytes - 4;
		if (piece > size - have)
			piece = size - have;
		memcpy(pages->row + have, pages->more + 4, piece);
		next = load32(pages->more);
	}
	return true;
}

static int64_t
load_signed(struct bytes in)
{
	uint64_t number = in.size > 0 && in.data[0] >= 0x80 ? UINT64_MAX : 0;

	for (size_t i = 0; i < in.size; i++)
		number = number << 8 | in.data[i];
	return (int64_t)number;
}

/* A value of that type, cut off body. */
static bool
read_cell(uint64_t type, struct bytes *body, struct cell *cell)
{
	static const uint8_t sizes[] = { 0, 1, 2, 3, 4, 6, 8 };
	uint64_t size;

	*cell = (struct cell){ .is_integer = type >= 1 && type <= 9,
		.is_blob = type >= 12 && type % 2 == 0 };
	if (type == 8 || type == 9) {
		cell->integer = type == 9;
		return true;
	}
	if (type == 7 || (type >= 10 && !cell->is_blob))
		return false; /* none of ours is real or text */
	size = cell->is_blob ? (type - 12) / 2 : sizes[type];
	if (size > body->size)
		return false;
	cell->bytes = (struct bytes){ body->data, (size_t)size };
	if (cell->is_integer)
		cell->integer = load_signed(cell->bytes);
	bytes_advance(body, (size_t)size);
	return true;
}

/* Exactly the columns that there have to be. */
static bool
read_cells(struct bytes row, struct cell cells[ROW_COLUMNS])
{
	struct bytes types = row, body = row;
	uint64_t header, type;

	if (!load_varint(&types, &header) || header > row.size)
		return false;
	bytes_advance(&body, (size_t)header);
	types.size = (size_t)(body.data - types.data);
	if (body.data < types.data)
		return false;
	for (int i = 0; i < ROW_COLUMNS; i++)
		if (!load_varint(&types, &type) ||
		    !read_cell(type, &body, &cells[i]))
			return false;
	return types.size == 0 && body.size == 0;
}

static bool
has_shape(const struct cell cells[ROW_COLUMNS], const char *shape)
{
	for (int i = 0; i < ROW_COLUMNS; i++) {
		bool fits = shape[i] == 'i' ? cells[i].is_integer
		            : shape[i] == 'b'
		                ? cells[i].is_blob
		                : !cells[i].is_integer && !cells[i].is_blob;

		if (!fits)
			return false;
	}
	return true;
}

/* The key stands before the row, and is null in it.  A redacted commit proves
 * nothing. */
static bool
take_row(struct pages *pages, uint64_t key, uint32_t size)
{
	struct cell cells[ROW_COLUMNS];
	struct salvage_waiting waiting;

	if (!read_cells((struct bytes){ pages->row, size }, cells))
		return true;
	if (has_shape(cells, "-iiibbib") && cells[6].integer == 0)
		return salvage_take_placed(pages->salvage, key,
		    (uint64_t)cells[1].integer, (uint64_t)cells[2].integer,
		    (uint64_t)cells[3].integer, cells[4].bytes, cells[7].bytes);
	if (!has_shape(cells, "-iiiiibb"))
		return true;
	waiting = (struct salvage_waiting){
		.id = key,
		.dossier = (uint64_t)cells[1].integer,
		.state = (uint64_t)cells[3].integer,
		.refusal = (uint64_t)cells[4].integer,
		.at_ms = (uint64_t)cells[5].integer,
		.digest = cells[6].bytes,
		.bytes = cells[7].bytes,
	};
	return salvage_take_waiting(pages->salvage, &waiting);
}

/* --- every page ----------------------------------------------------------- */

/* false: stop. */
static bool
look_through(struct pages *pages, uint32_t page)
{
	uint32_t at = page == 1 ? FILE_HEADER_BYTES : 0;
	const uint8_t *header = pages->page + at;
	uint32_t first = at + LEAF_HEADER_BYTES;
	uint32_t count, offset;
	uint64_t size, key;
	struct bytes in;

	if (!read_page(pages, page, pages->page) || header[0] != LEAF_OF_TABLE)
		return true;
	count = load16(header + 3);
	if (count > (pages->page_bytes - first) / 2)
		count = (pages->page_bytes - first) / 2;
	for (uint32_t i = 0; i < count; i++) {
		offset = load16(pages->page + first + 2 * i);
		if (offset >= pages->page_bytes)
			continue;
		in = (struct bytes){ pages->page + offset,
			pages->page_bytes - offset };
		if (!load_varint(&in, &size) || !load_varint(&in, &key) ||
		    size == 0 || size > ROW_BYTES_MOST ||
		    !gather(pages, in, (uint32_t)size))
			continue;
		if (!take_row(pages, key, (uint32_t)size))
			return false;
	}
	return true;
}

static bool
make_room(struct pages *pages)
{
	pages->page = malloc(pages->page_bytes);
	pages->more = malloc(pages->page_bytes);
	pages->row = malloc(ROW_BYTES_MOST);
	if (pages->page == NULL || pages->more == NULL || pages->row == NULL)
		return no_memory(pages);
	return true;
}

void
salvage_pages(struct salvage *salvage)
{
	struct pages pages = { .salvage = salvage };

	if (open_source(&pages, "", &pages.database) &&
	    open_source(&pages, "-wal", &pages.wal)) {
		find_page_size(&pages);
		if (make_room(&pages) && map_wal(&pages))
			for (uint32_t i = 1; i <= pages.count; i++)
				if (!look_through(&pages, i))
					break;
	}
	close_source(&pages.database);
	close_source(&pages.wal);
	free(pages.frames);
	free(pages.page);
	free(pages.more);
	free(pages.row);
}
