#include "server/night/outcome.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "protocol/value.h"

static const char *const words[] = {
#define NIGHT_GRADE_WORD(name, word) word,
	NIGHT_GRADE_LIST(NIGHT_GRADE_WORD)
#undef NIGHT_GRADE_WORD
};

const char *
night_grade_word(enum night_grade grade)
{
	return words[grade];
}

void
outcome_init(struct night_outcome *outcome, const char *job)
{
	memset(outcome, 0, sizeof(*outcome));
	outcome->job = job;
	outcome->numbers = json_object();
	outcome->details = json_array();
}

void
outcome_deinit(struct night_outcome *outcome)
{
	json_decref(outcome->numbers);
	json_decref(outcome->details);
	outcome->numbers = NULL;
	outcome->details = NULL;
}

/* JSON takes UTF-8 alone, and a name may have been cut within a character. */
static void
mend(char *text)
{
	if (utf8_is_valid(bytes_of_text(text)))
		return;
	for (; *text != '\0'; text++)
		if ((unsigned char)*text >= 0x80)
			*text = '?';
}

void
outcome_say(struct night_outcome *outcome, enum night_grade grade,
    const char *format, ...)
{
	va_list arguments;

	if (grade > outcome->grade)
		outcome->grade = grade;
	va_start(arguments, format);
	vsnprintf(outcome->sentence, sizeof(outcome->sentence), format,
	    arguments);
	va_end(arguments);
	mend(outcome->sentence);
}

void
outcome_fail(struct night_outcome *outcome, const char *what,
    const struct error *err)
{
	outcome_say(outcome, NIGHT_FAILED, "%s: %.400s", what, err->text);
}

void
outcome_count(struct night_outcome *outcome, const char *name, uint64_t count)
{
	json_object_set_new(outcome->numbers, name,
	    json_integer((json_int_t)count));
}

void
outcome_word(struct night_outcome *outcome, const char *name, const char *word)
{
	json_object_set_new(outcome->numbers, name, json_string(word));
}

void
outcome_add(struct night_outcome *outcome, enum night_grade grade,
    const char *format, ...)
{
	char sentence[ERROR_TEXT_BYTES];
	va_list arguments;

	if (grade > outcome->grade)
		outcome->grade = grade;
	if (json_array_size(outcome->details) >= NIGHT_DETAILS) {
		outcome->more++;
		return;
	}
	va_start(arguments, format);
	vsnprintf(sentence, sizeof(sentence), format, arguments);
	va_end(arguments);
	mend(sentence);
	json_array_append_new(outcome->details, json_string(sentence));
}

json_t *
outcome_json(const struct night_outcome *outcome)
{
	return json_pack("{s:s, s:s, s:s, s:I, s:O, s:O, s:I}", "job",
	    outcome->job, "grade", night_grade_word(outcome->grade), "sentence",
	    outcome->sentence, "ms", (json_int_t)outcome->ms, "numbers",
	    outcome->numbers, "details", outcome->details, "more",
	    (json_int_t)outcome->more);
}
