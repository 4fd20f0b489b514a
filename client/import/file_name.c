#include "client/import/file_name.h"

#include <string.h>

struct bytes
file_name_base(struct bytes path)
{
	for (size_t i = path.size; i > 0; i--)
		if (path.data[i - 1] == '/' || path.data[i - 1] == '\\')
			return (struct bytes){ path.data + i, path.size - i };
	return path;
}

/* Two school places, as digits, XXXXXXX (unknown), MMMMMMM (outside), or a
 * local authority's. */
static bool
is_place(const uint8_t *text)
{
	for (int i = 0; i < FILE_NAME_PLACE_BYTES; i++)
		if (!(text[i] >= '0' && text[i] <= '9') &&
		    !((text[i] | 0x20) >= 'a' && (text[i] | 0x20) <= 'z'))
			return false;
	return true;
}

static bool
ends_with(struct bytes text, const char *end)
{
	size_t size = strlen(end);

	if (text.size < size)
		return false;
	for (size_t i = 0; i < size; i++)
		if ((text.data[text.size - size + i] | 0x20) !=
		    (uint8_t)(end[i] | 0x20))
			return false;
	return true;
}

/* "334..._CTF_999..._001 (1).xml": cut the end off, say if it was a copy. */
static struct bytes
without_end(struct bytes base, bool *copied)
{
	if (ends_with(base, ".xml"))
		base.size -= strlen(".xml");
	*copied = ends_with(base, ")");
	if (!*copied)
		return base;
	while (base.size > 0 && base.data[base.size - 1] != '(')
		base.size--;
	if (base.size > 0)
		base.size--;
	while (base.size > 0 && base.data[base.size - 1] == ' ')
		base.size--;
	return base;
}

struct file_name
file_name_read(struct bytes base)
{
	static const char middle[] = "_ctf_";
	struct file_name name = { .copied = false };
	struct bytes stem = without_end(base, &name.copied);
	const size_t second = FILE_NAME_PLACE_BYTES + sizeof(middle) - 1;

	if (stem.size < second + FILE_NAME_PLACE_BYTES + strlen("_001"))
		return name;
	for (size_t i = 0; i < sizeof(middle) - 1; i++)
		if ((stem.data[FILE_NAME_PLACE_BYTES + i] | 0x20) !=
		    (uint8_t)(middle[i] | 0x20))
			return name;
	if (!is_place(stem.data) || !is_place(stem.data + second) ||
	    stem.data[second + FILE_NAME_PLACE_BYTES] != '_')
		return name;
	name.from = (struct bytes){ stem.data, FILE_NAME_PLACE_BYTES };
	name.to = (struct bytes){ stem.data + second, FILE_NAME_PLACE_BYTES };
	return name;
}

bool
file_name_laestab(struct element *header, const char *school,
    struct arena *arena, struct bytes *laestab)
{
	struct element *element = element_find(header, school);
	struct bytes lea = { NULL, 0 };
	struct bytes estab = { NULL, 0 };
	uint8_t *joined;

	*laestab = (struct bytes){ NULL, 0 };
	if (element != NULL) {
		lea = element_text(element, "LEA");
		estab = element_text(element, "Estab");
	}
	if (lea.size == 0 || estab.size == 0 ||
	    lea.size + estab.size > FILE_NAME_PLACE_BYTES)
		return true;
	joined = arena_alloc(arena, lea.size + estab.size);
	if (joined == NULL)
		return false;
	memcpy(joined, lea.data, lea.size);
	memcpy(joined + lea.size, estab.data, estab.size);
	*laestab = (struct bytes){ joined, lea.size + estab.size };
	return true;
}

/* "25.0" as 250; -1 when it is no version. */
static int
version_number(struct bytes text)
{
	int whole = 0;
	int tenth = 0;
	size_t i = 0;

	for (; i < text.size && i < 4 && text.data[i] != '.'; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return -1;
		whole = whole * 10 + text.data[i] - '0';
	}
	if (i + 1 < text.size && text.data[i] == '.' &&
	    text.data[i + 1] >= '0' && text.data[i + 1] <= '9')
		tenth = text.data[i + 1] - '0';
	return i == 0 ? -1 : whole * 10 + tenth;
}

static void
judge_version(struct element *header, const char *current_version,
    struct arena *arena, struct remarks *remarks)
{
	struct bytes version = element_text(header, "CTFversion");
	int number = version_number(version);
	int current = version_number(bytes_of_text(current_version));

	if (number < 0)
		remarks_add(remarks, arena, REMARK_NOTE, DOUBT_NONE,
		    "The file does not say which version of CTF it is; it was "
		    "read like version %s.",
		    current_version);
	else if (number != current)
		remarks_add(remarks, arena, REMARK_NOTE, DOUBT_NONE,
		    "The file is of version %.*s of CTF, %s than %s; what has "
		    "a place here was read, the rest is kept as text.",
		    (int)(version.size < 8 ? version.size : 8),
		    (const char *)version.data,
		    number < current ? "older" : "newer", current_version);
}

void
file_name_judge(struct bytes base, struct element *header, struct bytes source,
    struct bytes destination, const char *current_version, struct arena *arena,
    struct remarks *remarks)
{
	struct file_name name = file_name_read(base);
	struct bytes document = element_text(header, "DocumentName");
	struct bytes qualifier = element_text(header, "DocumentQualifier");

	judge_version(header, current_version, arena, remarks);
	if (name.copied)
		remarks_add(remarks, arena, REMARK_NOTE, DOUBT_NONE,
		    "The file's name ends like that of a second download; what "
		    "was imported before is not imported again.");
	if (name.from.size == 0)
		remarks_add(remarks, arena, REMARK_NOTE, DOUBT_NONE,
		    "The file's name is not like 3341234_CTF_9991000_001.xml; "
		    "only what the file says itself was used.");
	else if ((source.size > 0 && !bytes_equal(name.from, source)) ||
		 (destination.size > 0 && !bytes_equal(name.to, destination)))
		remarks_add(remarks, arena, REMARK_NOTE, DOUBT_NONE,
		    "The file's name and its header name different schools; "
		    "the header was believed.");
	if (document.size > 0 && !ends_with(document, "Transfer File"))
		remarks_add(remarks, arena, REMARK_NOTE, DOUBT_NONE,
		    "The file does not call itself a Common Transfer File.");
	if (ends_with(qualifier, "partial"))
		remarks_add(remarks, arena, REMARK_NOTE, DOUBT_NONE,
		    "It is a partial file: not all of each pupil is in it.");
}
