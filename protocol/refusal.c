#include "protocol/refusal.h"

static const struct {
	const char *name;
	const char *text;
	enum refusal_remedy remedy;
} refusals[REFUSAL_COUNT] = {

#define REFUSAL_ROW(name, number, remedy, text) \
	[number] = { #name, text, REMEDY_##remedy },
	REFUSAL_LIST(REFUSAL_ROW)
#undef REFUSAL_ROW
};

const char *
refusal_name(uint32_t number)
{
	return number < REFUSAL_COUNT ? refusals[number].name : "OTHER";
}

const char *
refusal_text(uint32_t number)
{
	if (number < REFUSAL_COUNT)
		return refusals[number].text;
	return "The hub gave a reason that this program does not know yet.";
}

bool
refusal_is_for_want(uint32_t number)
{
	return number == REFUSAL_DOSSIER || number == REFUSAL_AUTHOR ||
	       number == REFUSAL_DEPENDS;
}

enum refusal_remedy
refusal_remedy(uint32_t number)
{
	if (number < REFUSAL_COUNT)
		return refusals[number].remedy;
	return REMEDY_SET_ASIDE;
}
