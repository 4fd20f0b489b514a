/*
 * Reading CTFs: whole, in pieces, in other characters, broken and hostile.
 */
#include "client/import/ctf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "client/import/encoding.h"
#include "common/support/file.h"

#define FILE_001 TESTS_FOLDER "/unit/import/files/9991001_CTF_9994001_001.xml"

#define HEADER                                                              \
	"<Header><CTFversion>25.0</CTFversion><SourceSchool><LEA>999</LEA>" \
	"<Estab>1001</Estab></SourceSchool></Header>"

struct seen {
	uint32_t headers;
	uint32_t pupils;
	char surname[64]; /* of the last pupil */
	char remark[128];
	enum status answer;
};

static enum status
on_header(void *context, struct element *header, const char *remark,
    struct error *err)
{
	struct seen *seen = context;

	(void)err;
	assert_true(element_is(header, bytes_of_text("Header")));
	if (remark != NULL)
		snprintf(seen->remark, sizeof(seen->remark), "%s", remark);
	seen->headers++;
	return STATUS_OK;
}

static enum status
on_pupil(void *context, struct element *pupil, uint32_t number,
    struct error *err)
{
	struct seen *seen = context;
	struct bytes surname = element_text(pupil, "surname");

	assert_int_equal(number, ++seen->pupils);
	snprintf(seen->surname, sizeof(seen->surname), "%.*s",
	    (int)surname.size, (const char *)surname.data);
	if (seen->answer != STATUS_OK)
		return error_set(err, seen->answer, "enough");
	return STATUS_OK;
}

static const struct ctf_events events = { on_header, on_pupil };

/* Read bytes in pieces of that many. */
static enum status
read_pieces(struct bytes bytes, size_t piece, struct seen *seen,
    struct error *err)
{
	struct ctf *ctf = NULL;
	enum status status = STATUS_OK;
	struct bytes part;

	assert_int_equal(ctf_create(&events, seen, &ctf, err), STATUS_OK);
	while (bytes.size > 0 && status == STATUS_OK) {
		part = bytes;
		if (part.size > piece)
			part.size = piece;
		status = ctf_feed(ctf, part, false, err);
		bytes_advance(&bytes, part.size);
	}
	if (status == STATUS_OK)
		status = ctf_feed(ctf, bytes, true, err);
	ctf_destroy(ctf);
	return status;
}

static enum status
read_text(const char *text, struct seen *seen, struct error *err)
{
	return read_pieces(bytes_of_text(text), 4096, seen, err);
}

static void
assert_refused(const char *text, enum status expected, const char *sentence)
{
	struct seen seen = { 0 };
	struct error err = { 0 };

	assert_int_equal(read_text(text, &seen, &err), expected);
	assert_string_equal(err.text, sentence);
}

static void
test_file_in_pieces_of_any_size_reads_the_same(void **state)
{
	static const size_t pieces[] = { 1, 7, 255, 256, 4096, 1 << 20 };
	struct buffer file = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(file_read(FILE_001, 1 << 20, &file, &err), STATUS_OK);
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		struct seen seen = { 0 };

		assert_int_equal(read_pieces(buffer_view(&file), pieces[i],
				     &seen, &err),
		    STATUS_OK);
		assert_int_equal(seen.headers, 1);
		assert_int_equal(seen.pupils, 2);
		assert_string_equal(seen.surname, "HALVORSEN");
	}
	buffer_deinit(&file);
}

/* Every place where a file may break off: told, never a crash. */
static void
test_file_cut_anywhere_is_refused(void **state)
{
	static const char text[] = "<CTfile>" HEADER "<CTFpupilData><Pupil>"
				   "<Surname>Ames</Surname></Pupil>"
				   "</CTFpupilData></CTfile>";

	(void)state;
	for (size_t size = 0; size < sizeof(text) - 1; size++) {
		struct seen seen = { 0 };
		struct error err = { 0 };
		struct bytes bytes = { (const uint8_t *)text, size };

		assert_int_equal(read_pieces(bytes, 5, &seen, &err),
		    STATUS_INVALID);
		assert_true(err.text[0] != '\0');
	}
}

static void
test_names_are_read_in_any_case(void **state)
{
	struct seen seen = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(read_text("<ctfile><header><CTFVersion>17.0</"
				   "CTFVersion></header>"
				   "<CTFPUPILDATA><pupil><SURNAME> "
				   "Ames\n</SURNAME></pupil>"
				   "</CTFPUPILDATA></ctfile>",
			     &seen, &err),
	    STATUS_OK);
	assert_string_equal(seen.surname, "Ames");
}

/* UTF-16 of both orders, with and without a mark. */
static void
test_utf_16_is_read(void **state)
{
	static const char text[] = "<CTfile>" HEADER "<CTFpupilData><Pupil>"
				   "<Surname>Ames</Surname></Pupil>"
				   "</CTFpupilData></CTfile>";
	uint8_t wide[2 * sizeof(text) + 2];

	(void)state;
	for (int order = 0; order < 2; order++)
		for (size_t mark = 0; mark < 2; mark++) {
			struct seen seen = { 0 };
			struct error err = { 0 };
			size_t size = 0;

			if (mark == 1) {
				wide[size++] = order == 0 ? 0xFF : 0xFE;
				wide[size++] = order == 0 ? 0xFE : 0xFF;
			}
			for (size_t i = 0; i < sizeof(text) - 1; i++) {
				uint8_t byte = (uint8_t)text[i];

				wide[size++] = order == 0 ? byte : 0;
				wide[size++] = order == 0 ? 0 : byte;
			}
			assert_int_equal(read_pieces((struct bytes){ wide,
							 size },
					     9, &seen, &err),
			    STATUS_OK);
			assert_string_equal(seen.surname, "Ames");
			assert_string_equal(seen.remark,
			    "The file is in UTF-16; it was read as such.");
		}
}

static void
test_other_characters_are_read(void **state)
{
	struct seen seen = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(read_text("\xEF\xBB\xBF<CTfile>" HEADER
				   "<CTFpupilData><Pupil><Surname>Åse</Surname>"
				   "</Pupil></CTFpupilData></CTfile>",
			     &seen, &err),
	    STATUS_OK);
	assert_string_equal(seen.surname, "Åse");
	assert_int_equal(read_text("<?xml version=\"1.0\" "
				   "encoding=\"Windows-1252\"?>"
				   "<CTfile>" HEADER
				   "<CTFpupilData><Pupil><Surname>O\x92"
				   "Dea "
				   "\xC9</Surname></Pupil></CTFpupilData></"
				   "CTfile>",
			     &(struct seen){ 0 }, &err),
	    STATUS_OK);
	memset(&seen, 0, sizeof(seen));
	assert_int_equal(read_text("<?xml version=\"1.0\" encoding=\"utf-16\"?>"
				   "<CTfile>" HEADER
				   "<CTFpupilData><Pupil><Surname>Zoë"
				   "</Surname></Pupil></CTFpupilData></CTfile>",
			     &seen, &err),
	    STATUS_OK);
	assert_string_equal(seen.surname, "Zoë");
	assert_string_equal(seen.remark,
	    "The file says that it is UTF-16 and is not; it was read as "
	    "UTF-8.");
}

/* A billion laughs, and whatever else a document type may hold. */
static void
test_document_types_are_refused(void **state)
{
	(void)state;
	assert_refused("<!DOCTYPE CTfile [<!ENTITY a \"ha\">\n"
		       "<!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">]>\n"
		       "<CTfile>&b;</CTfile>",
	    STATUS_INVALID,
	    "line 1: it holds a document type (DOCTYPE), which no CTF needs "
	    "and which can be harmful; it was not read");
}

static void
test_what_is_no_ctf_is_refused_in_plain_words(void **state)
{
	(void)state;
	assert_refused("", STATUS_INVALID, "the file is empty");
	assert_refused("<html><body/></html>", STATUS_INVALID,
	    "it is no Common Transfer File: it begins with <html>, not "
	    "<CTfile>");
	assert_refused("<CTfile></CTfile>", STATUS_INVALID,
	    "it has no Header; it is no whole CTF");
	assert_refused("<CTfile><CTFpupilData><Pupil/></CTFpupilData></CTfile>",
	    STATUS_INVALID, "line 1: a pupil comes before the Header");
	assert_refused("<CTfile>\n<Header>\n</CTfile>", STATUS_INVALID,
	    "line 3: an element is not closed as it was opened");
	assert_refused("<CTfile>" HEADER "\n<CTFpupilData><Pupil>"
		       "<Surname>Zo\xEB</Surname>",
	    STATUS_INVALID,
	    "line 2: a character is not what the file says its encoding is, "
	    "or a < or & stands where none may");
}

static void
test_depth_is_limited(void **state)
{
	char text[2048] = "<CTfile>" HEADER "<CTFpupilData><Pupil>";

	(void)state;
	for (int i = 0; i < CTF_DEPTH; i++)
		strncat(text, "<A>", sizeof(text) - strlen(text) - 1);
	assert_refused(text, STATUS_TOO_LARGE,
	    "line 1: elements lie too deep for a CTF");
}

/* Feed a beginning, then the same piece until it is refused. */
static enum status
read_endless(const char *begin, const char *piece, struct error *err)
{
	struct seen seen = { 0 };
	struct ctf *ctf = NULL;
	enum status status;
	uint64_t fed = 0;

	assert_int_equal(ctf_create(&events, &seen, &ctf, err), STATUS_OK);
	status = ctf_feed(ctf, bytes_of_text(begin), false, err);
	while (status == STATUS_OK) {
		status = ctf_feed(ctf, bytes_of_text(piece), false, err);
		fed += strlen(piece);
		assert_true(fed < 8 * CTF_PUPIL_BYTES);
	}
	ctf_destroy(ctf);
	return status;
}

/* Nothing may grow without end: elements, texts, or one tag. */
static void
test_endless_things_are_refused(void **state)
{
	static const char begin[] = "<CTfile>" HEADER "<CTFpupilData><Pupil>";
	struct error err = { 0 };

	(void)state;
	assert_int_equal(read_endless(begin, "<A>x</A>", &err),
	    STATUS_TOO_LARGE);
	assert_string_equal(err.text,
	    "line 1: more in one pupil than any CTF holds");
	assert_int_equal(read_endless("<CTfile>" HEADER
				      "<CTFpupilData><Pupil><A>",
			     "0123456789abcdef0123456789abcdef", &err),
	    STATUS_TOO_LARGE);
	assert_int_equal(read_endless("<CTfile>" HEADER
				      "<CTFpupilData><Pupil a=\"",
			     "0123456789abcdef0123456789abcdef", &err),
	    STATUS_TOO_LARGE);
	assert_string_equal(err.text, "line 1: a tag without end");
}

/* Thousands of pupils take the memory of one. */
static void
test_many_pupils_come_one_by_one(void **state)
{
	struct seen seen = { 0 };
	struct ctf *ctf = NULL;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(ctf_create(&events, &seen, &ctf, &err), STATUS_OK);
	assert_int_equal(ctf_feed(ctf,
			     bytes_of_text("<CTfile>" HEADER "<CTFpupilData>"),
			     false, &err),
	    STATUS_OK);
	for (int i = 0; i < 5000; i++)
		assert_int_equal(ctf_feed(ctf,
				     bytes_of_text("<Pupil><Surname>Ames</"
						   "Surname></Pupil>"),
				     false, &err),
		    STATUS_OK);
	assert_int_equal(ctf_feed(ctf,
			     bytes_of_text("</CTFpupilData></CTfile>"), true,
			     &err),
	    STATUS_OK);
	ctf_destroy(ctf);
	assert_int_equal(seen.pupils, 5000);
}

static void
test_what_an_event_says_ends_the_reading(void **state)
{
	struct seen seen = { .answer = STATUS_CANCELLED };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(read_text("<CTfile>" HEADER "<CTFpupilData><Pupil/>"
				   "<Pupil/></CTFpupilData></CTfile>",
			     &seen, &err),
	    STATUS_CANCELLED);
	assert_string_equal(err.text, "enough");
	assert_int_equal(seen.pupils, 1);
}

static void
test_encodings_that_are_not_known(void **state)
{
	XML_Encoding info;

	(void)state;
	assert_int_equal(encoding_unknown(NULL, "koi8-r", &info),
	    XML_STATUS_ERROR);
	assert_int_equal(encoding_unknown(NULL, "WINDOWS-1252", &info),
	    XML_STATUS_OK);
	assert_int_equal(info.map[0x80], 0x20AC);
	assert_int_equal(info.map[0xE9], 0xE9);
	assert_null(encoding_detect(bytes_of_text("<CTfile>")).name);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_file_in_pieces_of_any_size_reads_the_same),
		cmocka_unit_test(test_file_cut_anywhere_is_refused),
		cmocka_unit_test(test_names_are_read_in_any_case),
		cmocka_unit_test(test_utf_16_is_read),
		cmocka_unit_test(test_other_characters_are_read),
		cmocka_unit_test(test_document_types_are_refused),
		cmocka_unit_test(test_what_is_no_ctf_is_refused_in_plain_words),
		cmocka_unit_test(test_depth_is_limited),
		cmocka_unit_test(test_endless_things_are_refused),
		cmocka_unit_test(test_many_pupils_come_one_by_one),
		cmocka_unit_test(test_what_an_event_says_ends_the_reading),
		cmocka_unit_test(test_encodings_that_are_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
