#include "client/import/ctf.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "client/import/encoding.h"

/* Where in the file the parser stands. */
enum ctf_place {
	CTF_OUTSIDE, /* before the root element, or between pupils */
	CTF_HEADER,  /* within Header: elements are kept */
	CTF_PUPIL,   /* within a Pupil: likewise */
};

struct ctf {
	const struct ctf_events *events;
	void *context;
	XML_Parser parser;   /* NULL until the encoding is known */
	struct buffer first; /* the bytes before that */
	const char *remark;

	enum ctf_place place;
	uint32_t depth;
	bool in_pupil_data;
	bool header_told;
	uint32_t pupils;

	struct arena arena; /* the present tree */
	struct element *root;
	struct element *current;
	struct buffer text; /* of the current element so far */
	uint32_t elements;
	size_t tree_bytes;

	uint64_t fed;
	enum status status; /* what ended the reading */
	struct error error;
};

static void XMLCALL on_doctype(void *context, const XML_Char *name,
    const XML_Char *system, const XML_Char *public, int internal);
static void XMLCALL on_start(void *context, const XML_Char *name,
    const XML_Char **attributes);
static void XMLCALL on_text(void *context, const XML_Char *text, int size);
static void XMLCALL on_end(void *context, const XML_Char *name);

enum status
ctf_create(const struct ctf_events *events, void *context, struct ctf **out,
    struct error *err)
{
	struct ctf *ctf = calloc(1, sizeof(*ctf));

	assert(out != NULL && *out == NULL);
	if (ctf == NULL)
		return error_set(err, STATUS_NOMEM, "allocate a CTF reader");
	ctf->events = events;
	ctf->context = context;
	*out = ctf;
	return STATUS_OK;
}

void
ctf_destroy(struct ctf *ctf)
{
	if (ctf == NULL)
		return;
	if (ctf->parser != NULL)
		XML_ParserFree(ctf->parser);
	buffer_deinit(&ctf->first);
	buffer_deinit(&ctf->text);
	arena_deinit(&ctf->arena);
	free(ctf);
}

static void
ctf_stop(struct ctf *ctf, enum status status)
{
	if (ctf->status == STATUS_OK)
		ctf->status = status;
	XML_StopParser(ctf->parser, XML_FALSE);
}

static unsigned long
ctf_line(const struct ctf *ctf)
{
	return (unsigned long)XML_GetCurrentLineNumber(ctf->parser);
}

/* --- elements, from outermost to innermost -------------------------------- */

/* Entities could make a small file expand without end; a CTF needs none. */
static void XMLCALL
on_doctype(void *context, const XML_Char *name, const XML_Char *system,
    const XML_Char *public, int internal)
{
	struct ctf *ctf = context;

	(void)name;
	(void)system;
	(void)public;
	(void)internal;
	ctf_stop(ctf,
	    error_set(&ctf->error, STATUS_INVALID,
		"line %lu: it holds a document type (DOCTYPE), which no CTF "
		"needs and which can be harmful; it was not read",
		ctf_line(ctf)));
}

static bool
name_is(const XML_Char *name, const char *expected)
{
	struct element element = { .name = name };

	return element_is(&element, bytes_of_text(expected));
}

static void
tree_clear(struct ctf *ctf)
{
	arena_reset(&ctf->arena);
	buffer_clear(&ctf->text);
	ctf->root = NULL;
	ctf->current = NULL;
	ctf->elements = 0;
	ctf->tree_bytes = 0;
}

static enum status
tree_too_large(struct ctf *ctf)
{
	return error_set(&ctf->error, STATUS_TOO_LARGE,
	    "line %lu: more in one pupil than any CTF holds", ctf_line(ctf));
}

/* Begin an element below the current one. */
static enum status
tree_add(struct ctf *ctf, const XML_Char *name)
{
	struct element *element = arena_alloc(&ctf->arena, sizeof(*element));
	size_t size = strlen(name);

	ctf->tree_bytes += size;
	if (++ctf->elements > CTF_ELEMENTS || size > CTF_NAME_BYTES ||
	    ctf->tree_bytes > CTF_PUPIL_BYTES)
		return tree_too_large(ctf);
	if (element == NULL)
		return error_set(&ctf->error, STATUS_NOMEM, "read a CTF");
	element->name = arena_text(&ctf->arena, bytes_of_text(name));
	if (element->name == NULL)
		return error_set(&ctf->error, STATUS_NOMEM, "read a CTF");
	element->parent = ctf->current;
	if (ctf->current == NULL)
		ctf->root = element;
	else if (ctf->current->last == NULL)
		ctf->current->first = element;
	else
		ctf->current->last->next = element;
	if (ctf->current != NULL)
		ctf->current->last = element;
	ctf->current = element;
	buffer_clear(&ctf->text);
	return STATUS_OK;
}

/* Depth 1 is CTfile, 2 Header and CTFpupilData, 3 the pupils. */
static void XMLCALL
on_start(void *context, const XML_Char *name, const XML_Char **attributes)
{
	struct ctf *ctf = context;
	enum status status = STATUS_OK;

	(void)attributes;
	if (ctf->status != STATUS_OK)
		return;
	ctf->depth++;
	if (ctf->depth > CTF_DEPTH)
		status = error_set(&ctf->error, STATUS_TOO_LARGE,
		    "line %lu: elements lie too deep for a CTF", ctf_line(ctf));
	else if (ctf->depth == 1 && !name_is(name, "CTfile"))
		status = error_set(&ctf->error, STATUS_INVALID,
		    "it is no Common Transfer File: it begins with <%.64s>, "
		    "not <CTfile>",
		    name);
	else if (ctf->depth == 2) {
		ctf->in_pupil_data = name_is(name, "CTFpupilData");
		if (name_is(name, "Header") && !ctf->header_told)
			ctf->place = CTF_HEADER;
	} else if (ctf->depth == 3 && ctf->in_pupil_data &&
		   name_is(name, "Pupil"))
		ctf->place = CTF_PUPIL;
	if (status == STATUS_OK && ctf->place != CTF_OUTSIDE)
		status = tree_add(ctf, name);
	if (status == STATUS_OK && ctf->place == CTF_PUPIL && !ctf->header_told)
		status = error_set(&ctf->error, STATUS_INVALID,
		    "line %lu: a pupil comes before the Header", ctf_line(ctf));
	if (status != STATUS_OK)
		ctf_stop(ctf, status);
}

static void XMLCALL
on_text(void *context, const XML_Char *text, int size)
{
	struct ctf *ctf = context;
	struct bytes bytes = { (const uint8_t *)text, (size_t)size };

	/* Text beside children is nothing but the indentation. */
	if (ctf->status != STATUS_OK || ctf->current == NULL ||
	    ctf->current->first != NULL)
		return;
	ctf->tree_bytes += bytes.size;
	if (ctf->tree_bytes > CTF_PUPIL_BYTES)
		ctf_stop(ctf, tree_too_large(ctf));
	else if (buffer_append(&ctf->text, bytes) != STATUS_OK)
		ctf_stop(ctf,
		    error_set(&ctf->error, STATUS_NOMEM, "read a CTF"));
}

static enum status
tree_end(struct ctf *ctf)
{
	struct bytes text = bytes_trimmed(buffer_view(&ctf->text));
	const char *copy;

	if (ctf->current->first == NULL && text.size > 0) {
		copy = arena_text(&ctf->arena, text);
		if (copy == NULL)
			return error_set(&ctf->error, STATUS_NOMEM,
			    "read a CTF");
		ctf->current->text =
		    (struct bytes){ (const uint8_t *)copy, text.size };
	}
	buffer_clear(&ctf->text);
	ctf->current = ctf->current->parent;
	return STATUS_OK;
}

/* A whole tree: hand it over, forget it. */
static enum status
tree_tell(struct ctf *ctf)
{
	enum status status;

	if (ctf->place == CTF_HEADER) {
		ctf->header_told = true;
		status = ctf->events->header(ctf->context, ctf->root,
		    ctf->remark, &ctf->error);
	} else {
		status = ctf->events->pupil(ctf->context, ctf->root,
		    ++ctf->pupils, &ctf->error);
	}
	tree_clear(ctf);
	ctf->place = CTF_OUTSIDE;
	return status;
}

static void XMLCALL
on_end(void *context, const XML_Char *name)
{
	struct ctf *ctf = context;
	enum status status = STATUS_OK;

	(void)name;
	if (ctf->status != STATUS_OK)
		return;
	ctf->depth--;
	if (ctf->current != NULL) {
		status = tree_end(ctf);
		if (status == STATUS_OK && ctf->current == NULL)
			status = tree_tell(ctf);
	}
	if (status != STATUS_OK)
		ctf_stop(ctf, status);
}

/* --- bytes ---------------------------------------------------------------- */

static enum status
ctf_begin(struct ctf *ctf, struct error *err)
{
	struct encoding encoding = encoding_detect(buffer_view(&ctf->first));

	ctf->remark = encoding.remark;
	ctf->parser = XML_ParserCreate(encoding.name);
	if (ctf->parser == NULL)
		return error_set(err, STATUS_NOMEM, "allocate an XML parser");
	XML_SetUserData(ctf->parser, ctf);
	XML_SetStartDoctypeDeclHandler(ctf->parser, on_doctype);
	XML_SetElementHandler(ctf->parser, on_start, on_end);
	XML_SetCharacterDataHandler(ctf->parser, on_text);
	XML_SetUnknownEncodingHandler(ctf->parser, encoding_unknown, NULL);
	return STATUS_OK;
}

/* What expat found wrong, with its most frequent reasons in plain words. */
static enum status
ctf_explain(struct ctf *ctf, struct error *err)
{
	enum XML_Error code = XML_GetErrorCode(ctf->parser);
	const char *plain = NULL;

	if (code == XML_ERROR_NO_MEMORY)
		return error_set(err, STATUS_NOMEM, "read a CTF");
	if (code == XML_ERROR_NO_ELEMENTS || code == XML_ERROR_UNCLOSED_TOKEN)
		plain = "the file breaks off; ask for it to be sent again";
	else if (code == XML_ERROR_INVALID_TOKEN ||
		 code == XML_ERROR_PARTIAL_CHAR)
		plain = "a character is not what the file says its encoding "
			"is, or a < or & stands where none may";
	else if (code == XML_ERROR_UNKNOWN_ENCODING ||
		 code == XML_ERROR_INCORRECT_ENCODING)
		plain = "its encoding is not known here; save it as UTF-8";
	else if (code == XML_ERROR_TAG_MISMATCH)
		plain = "an element is not closed as it was opened";
	return error_set(err, STATUS_INVALID, "line %lu: %s", ctf_line(ctf),
	    plain != NULL ? plain : XML_ErrorString(code));
}

/* Expat keeps a token until it is whole: an endless tag must not fill the
 * memory. */
static enum status
ctf_check_token(struct ctf *ctf, struct error *err)
{
	XML_Index at = XML_GetCurrentByteIndex(ctf->parser);

	if (at >= 0 && ctf->fed > (uint64_t)at + CTF_TOKEN_BYTES)
		return error_set(err, STATUS_TOO_LARGE,
		    "line %lu: a tag without end", ctf_line(ctf));
	return STATUS_OK;
}

static enum status
ctf_parse(struct ctf *ctf, struct bytes bytes, bool last, struct error *err)
{
	size_t piece;
	enum XML_Status parsed;
	enum status status;

	do {
		piece = bytes.size < CTF_TOKEN_BYTES / 4 ? bytes.size
		                                         : CTF_TOKEN_BYTES / 4;
		parsed = XML_Parse(ctf->parser, (const char *)bytes.data,
		    (int)piece, last && piece == bytes.size);
		if (ctf->status != STATUS_OK) {
			if (err != NULL)
				*err = ctf->error;
			return ctf->status;
		}
		if (parsed != XML_STATUS_OK)
			return ctf_explain(ctf, err);
		ctf->fed += piece;
		status = ctf_check_token(ctf, err);
		if (status != STATUS_OK)
			return status;
		bytes_advance(&bytes, piece);
	} while (bytes.size > 0);
	if (last && !ctf->header_told)
		return error_set(err, STATUS_INVALID,
		    "it has no Header; it is no whole CTF");
	return STATUS_OK;
}

enum status
ctf_feed(struct ctf *ctf, struct bytes bytes, bool last, struct error *err)
{
	enum status status;

	if (ctf->parser != NULL)
		return ctf_parse(ctf, bytes, last, err);
	status = buffer_append(&ctf->first, bytes);
	if (status != STATUS_OK)
		return error_set(err, status, "read a CTF");
	if (ctf->first.size < ENCODING_LOOK_BYTES && !last)
		return STATUS_OK;
	if (ctf->first.size == 0)
		return error_set(err, STATUS_INVALID, "the file is empty");
	status = ctf_begin(ctf, err);
	if (status == STATUS_OK)
		status = ctf_parse(ctf, buffer_view(&ctf->first), last, err);
	buffer_deinit(&ctf->first);
	ctf->first = (struct buffer){ 0 };
	return status;
}
