/*
 * Numbers of pupils and schools that prove themselves: UPN and ULN; and the
 * form of an LAEstab.
 */
#include <string.h>

#include "common/catalogue/catalogue.h"

enum {
	UPN_CHARACTERS = 13,
	ULN_DIGITS = 10,
	LAESTAB_DIGITS = 7
};

/* A letter's value is its place: no I, O or S, which look like figures. */
static const char upn_letters[] = "ABCDEFGHJKLMNPQRTUVWXYZ";

static int
digit(uint8_t character)
{
	return character >= '0' && character <= '9' ? character - '0' : -1;
}

/* -1 for what is no letter of a UPN. */
static int
letter(uint8_t character)
{
	const char *found =
	    character == 0 ? NULL : strchr(upn_letters, character);

	return found == NULL ? -1 : (int)(found - upn_letters);
}

bool
upn_is_temporary(struct bytes upn)
{
	return upn.size == UPN_CHARACTERS &&
	       letter(upn.data[UPN_CHARACTERS - 1]) >= 0;
}

bool
upn_is_valid(struct bytes upn)
{
	int sum = 0;
	int value;

	if (upn.size != UPN_CHARACTERS || letter(upn.data[0]) < 0)
		return false;
	for (int i = 1; i < UPN_CHARACTERS; i++) {
		value = digit(upn.data[i]);
		if (value < 0 && i == UPN_CHARACTERS - 1)
			value = letter(upn.data[i]);
		if (value < 0)
			return false;
		sum += value * (i + 1);
	}
	return sum % (int)(sizeof(upn_letters) - 1) == letter(upn.data[0]);
}

bool
uln_is_valid(struct bytes uln)
{
	int sum = 0;
	int remainder;

	if (uln.size != ULN_DIGITS)
		return false;
	for (int i = 0; i < ULN_DIGITS; i++) {
		if (digit(uln.data[i]) < 0)
			return false;
		if (i < ULN_DIGITS - 1)
			sum += digit(uln.data[i]) * (10 - i);
	}
	remainder = sum % 11;
	return remainder != 0 && digit(uln.data[9]) == 10 - remainder;
}

bool
laestab_is_valid(struct bytes laestab)
{
	if (laestab.size != LAESTAB_DIGITS)
		return false;
	for (size_t i = 0; i < laestab.size; i++)
		if (digit(laestab.data[i]) < 0)
			return false;
	return true;
}
