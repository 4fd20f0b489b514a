#include "common/support/options.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "common/support/number.h"

enum {
	WORD_BYTES = 64, /* longer words are near to nothing */
	DISTANCE_MAX = 3,
};

static const char *
name_at(const void *table, size_t index, size_t stride)
{
	const char *at = (const char *)table + index * stride;
	const char *name;

	memcpy(&name, at, sizeof(name));
	return name;
}

/* Letters put in, left out, changed or swapped with the next. */
static size_t
distance(const char *a, const char *b)
{
	size_t rows[3][WORD_BYTES + 1];
	size_t *before = rows[0], *above = rows[1], *row = rows[2];
	size_t a_size = strlen(a), b_size = strlen(b);

	if (a_size > WORD_BYTES || b_size > WORD_BYTES)
		return WORD_BYTES;
	for (size_t j = 0; j <= b_size; j++)
		above[j] = before[j] = j;
	for (size_t i = 1; i <= a_size; i++) {
		size_t *oldest = before;

		row[0] = i;
		for (size_t j = 1; j <= b_size; j++) {
			size_t best = above[j - 1] + (a[i - 1] != b[j - 1]);

			if (above[j] + 1 < best)
				best = above[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] && before[j - 2] + 1 < best)
				best = before[j - 2] + 1;
			row[j] = best;
		}
		before = above;
		above = row;
		row = oldest;
	}
	return above[b_size];
}

/* The name fields begin each element of a table that a NULL name ends. */
static const char *
nearest(const char *word, const void *table, size_t stride)
{
	const char *best = NULL, *name;
	size_t least = DISTANCE_MAX + 1;

	for (size_t i = 0; (name = name_at(table, i, stride)) != NULL; i++) {
		size_t far = distance(word, name);

		if (far < least && far < strlen(name)) {
			least = far;
			best = name;
		}
	}
	return best;
}

const char *
options_nearest(const char *word, const char *const *names)
{
	return nearest(word, names, sizeof(*names));
}

static const struct option_rule *
find_rule(const struct option_rule *rules, const char *name, size_t size)
{
	for (; rules->name != NULL; rules++)
		if (strlen(rules->name) == size &&
		    memcmp(rules->name, name, size) == 0)
			return rules;
	return NULL;
}

static enum status
unknown(const struct option_rule *rules, const char *name, size_t size,
    struct error *err)
{
	char word[WORD_BYTES + 1] = { 0 };
	const char *near;

	memcpy(word, name, size > WORD_BYTES ? WORD_BYTES : size);
	near = nearest(word, rules, sizeof(*rules));
	if (near != NULL)
		return error_set(err, STATUS_USAGE,
		    "there is no option --%s; did you mean --%s?", word, near);
	return error_set(err, STATUS_USAGE,
	    "there is no option --%s; --help lists those that there are", word);
}

static enum status
add(struct options *options, const struct option_rule *rule, const char *text,
    struct error *err)
{
	if (options->count == OPTIONS_VALUES)
		return error_set(err, STATUS_USAGE,
		    "there are more than %d arguments", OPTIONS_VALUES);
	if (rule != NULL && rule->value != NULL &&
	    (rule->flags & OPTION_REPEATED) == 0 &&
	    options_text(options, rule->name, NULL) != NULL)
		return error_set(err, STATUS_USAGE,
		    "--%s may be given once only", rule->name);
	options->values[options->count++] =
	    (struct option_value){ .rule = rule, .text = text };
	return STATUS_OK;
}

/* argument is "--..."; next is what follows it.  *used: next was its value. */
static enum status
read_option(struct options *options, const char *argument, const char *next,
    bool *used, struct error *err)
{
	const char *name = argument + 2;
	size_t size = strcspn(name, "=");
	const struct option_rule *rule;
	const char *text = NULL;

	*used = false;
	if (strcmp(name, "help") == 0) {
		options->help = true;
		return STATUS_OK;
	}
	rule = find_rule(options->rules, name, size);
	if (rule == NULL)
		return unknown(options->rules, name, size, err);
	if (name[size] == '=')
		text = name + size + 1;
	if (rule->value == NULL && text != NULL)
		return error_set(err, STATUS_USAGE, "--%s takes no value",
		    rule->name);
	if (rule->value != NULL && text == NULL) {
		if (next == NULL)
			return error_set(err, STATUS_USAGE,
			    "--%s needs a value: --%s %s", rule->name,
			    rule->name, rule->value);
		text = next;
		*used = true;
	}
	return add(options, rule, text != NULL ? text : "", err);
}

static enum status
check_required(const struct options *options, struct error *err)
{
	const struct option_rule *rule;

	if (options->help)
		return STATUS_OK;
	for (rule = options->rules; rule->name != NULL; rule++)
		if ((rule->flags & OPTION_REQUIRED) != 0 &&
		    options_text(options, rule->name, NULL) == NULL)
			return error_set(err, STATUS_USAGE,
			    "--%s %s is needed: %s", rule->name,
			    rule->value != NULL ? rule->value : "", rule->help);
	return STATUS_OK;
}

enum status
options_parse(const struct option_rule *rules, int argc, char **argv,
    struct options *options, struct error *err)
{
	enum status status = STATUS_OK;
	bool only_positionals = false, used;

	options->rules = rules;
	options->count = 0;
	options->help = false;
	for (int i = 0; i < argc && status == STATUS_OK; i++) {
		const char *next = i + 1 < argc ? argv[i + 1] : NULL;

		if (only_positionals || argv[i][0] != '-' ||
		    argv[i][1] == '\0') {
			status = add(options, NULL, argv[i], err);
		} else if (strcmp(argv[i], "--") == 0) {
			only_positionals = true;
		} else if (strcmp(argv[i], "-h") == 0) {
			options->help = true;
		} else if (argv[i][1] != '-') {
			status = error_set(err, STATUS_USAGE,
			    "there is no option %.60s; options begin with two "
			    "dashes",
			    argv[i]);
		} else {
			status =
			    read_option(options, argv[i], next, &used, err);
			i += used;
		}
	}
	if (status == STATUS_OK)
		status = check_required(options, err);
	return status;
}

static bool
is_of(const struct option_value *value, const char *name)
{
	return value->rule != NULL && strcmp(value->rule->name, name) == 0;
}

const char *
options_text(const struct options *options, const char *name,
    const char *fallback)
{
	for (size_t i = options->count; i-- > 0;)
		if (is_of(&options->values[i], name))
			return options->values[i].text;
	return fallback;
}

const char *
options_repeated(const struct options *options, const char *name, size_t index)
{
	for (size_t i = 0; i < options->count; i++)
		if (is_of(&options->values[i], name) && index-- == 0)
			return options->values[i].text;
	return NULL;
}

bool
options_flag(const struct options *options, const char *name)
{
	return options_text(options, name, NULL) != NULL;
}

enum status
options_integer(const struct options *options, const char *name, int64_t min,
    int64_t max, int64_t *value, struct error *err)
{
	const char *text = options_text(options, name, NULL);

	if (text == NULL)
		return STATUS_OK;
	if (!number_parse(text, min, max, value))
		return error_set(err, STATUS_USAGE,
		    "--%s: \"%.40s\" is not a whole number from %" PRId64
		    " to %" PRId64,
		    name, text, min, max);
	return STATUS_OK;
}

const char *
options_positional(const struct options *options, size_t index)
{
	for (size_t i = 0; i < options->count; i++)
		if (options->values[i].rule == NULL && index-- == 0)
			return options->values[i].text;
	return NULL;
}

size_t
options_positional_count(const struct options *options)
{
	size_t count = 0;

	for (size_t i = 0; i < options->count; i++)
		count += options->values[i].rule == NULL;
	return count;
}

enum status
options_expect(const struct options *options, size_t min, size_t max,
    struct error *err)
{
	size_t count = options_positional_count(options);

	assert(min <= max);
	if (count > max)
		return error_set(err, STATUS_USAGE,
		    "\"%.60s\" is more than this command takes",
		    options_positional(options, max));
	if (count < min)
		return error_set(err, STATUS_USAGE,
		    "%zu more %s needed; --help says which", min - count,
		    min - count == 1 ? "word is" : "words are");
	return STATUS_OK;
}

void
options_print_help(const struct option_rule *rules, const char *usage,
    const char *about, FILE *out)
{
	char left[2 * WORD_BYTES];

	fprintf(out, "usage: %s\n", usage);
	if (about != NULL)
		fprintf(out, "%s\n", about);
	fprintf(out, "\n");
	for (; rules->name != NULL; rules++) {
		snprintf(left, sizeof(left), "--%s%s%s", rules->name,
		    rules->value != NULL ? " " : "",
		    rules->value != NULL ? rules->value : "");
		fprintf(out, "  %-24s %s%s\n", left, rules->help,
		    (rules->flags & OPTION_REPEATED) != 0 ? " (may be repeated)"
							  : "");
	}
	fprintf(out, "  %-24s %s\n", "--help", "this help");
}
