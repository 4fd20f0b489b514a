/*
 * Passphrases: what is kept of one, and which are too weak.  256 MiB are used
 * once; all else is cheap.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "client/access/passphrase.h"

#define TEXT(text) bytes_of_text(text)
#define UNREAD     (&(struct error){ 0 })

static const struct passphrase_cost cheap = { 1, 8192 };

enum {
	VERSION_AT = 4,
	PASSES_AT = 8,
	MEMORY_AT = 12,
	SALT_AT = 20
};

static enum status
verify(const uint8_t *secret, size_t size, const char *passphrase,
    const char *login, bool *right)
{
	return passphrase_verify((struct bytes){ secret, size },
	    TEXT(passphrase), TEXT(login), right, UNREAD);
}

/* --- first, at its real cost ---------------------------------------------- */

static void
test_real_one_costs_256_mib(void **state)
{
	uint8_t secret[PASSPHRASE_SECRET_BYTES];
	bool right;

	(void)state;
	assert_int_equal(passphrase_make(TEXT("four words do well"), TEXT("q"),
			     secret, UNREAD),
	    STATUS_OK);
	assert_memory_equal(secret, "TLPW", 4);
	assert_int_equal(secret[VERSION_AT], 1);
	assert_int_equal(secret[PASSES_AT], 3);
	assert_int_equal(bytes_load64(secret + MEMORY_AT),
	    UINT64_C(256) * 1024 * 1024);
	assert_int_equal(verify(secret, sizeof(secret), "four words do well",
			     "q", &right),
	    STATUS_OK);
	assert_true(right);
}

/* What asks for too little could be guessed, for too much stops the computer;
 * neither is even begun. */
static void
test_parameters_out_of_range_are_refused(void **state)
{
	static const struct {
		uint32_t passes;
		uint64_t mib;
	} wrong[] = { { 1, 256 }, { 7, 256 }, { 0, 256 }, { 3, 63 }, { 3, 0 },
		{ 3, 1025 }, { 3, UINT64_C(1) << 43 }, { 0xffffffff, 256 } };

	uint8_t secret[PASSPHRASE_SECRET_BYTES];
	bool right = true;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		passphrase_make_none(secret);
		for (int k = 0; k < 4; k++)
			secret[PASSES_AT + k] =
			    (uint8_t)(wrong[i].passes >> (8 * k));
		bytes_store64(secret + MEMORY_AT, wrong[i].mib << 20);
		assert_int_equal(verify(secret, sizeof(secret), "x", "q",
				     &right),
		    STATUS_INVALID);
		assert_false(right);
	}
}

/* --- from here on cheap --------------------------------------------------- */

static void
test_right_and_wrong(void **state)
{
	uint8_t secret[PASSPHRASE_SECRET_BYTES];
	bool right;

	(void)state;
	passphrase_cheapen(cheap);
	assert_int_equal(passphrase_make(TEXT("four words do well"), TEXT("q"),
			     secret, UNREAD),
	    STATUS_OK);
	assert_int_equal(verify(secret, sizeof(secret), "four words do well",
			     "q", &right),
	    STATUS_OK);
	assert_true(right);
	assert_int_equal(verify(secret, sizeof(secret), "four words do welL",
			     "q", &right),
	    STATUS_OK);
	assert_false(right);
	assert_int_equal(verify(secret, sizeof(secret), "", "q", &right),
	    STATUS_OK);
	assert_false(right);
	/* In the record of another it is worth nothing. */
	assert_int_equal(verify(secret, sizeof(secret), "four words do well",
			     "r", &right),
	    STATUS_OK);
	assert_false(right);
}

/* By the header's recipe, with libsodium's own calls. */
static void
test_secret_is_what_the_header_says(void **state)
{
	uint8_t secret[PASSPHRASE_SECRET_BYTES], hash[32], verifier[32];

	(void)state;
	assert_int_equal(passphrase_make(TEXT("four words do well"), TEXT("q"),
			     secret, UNREAD),
	    STATUS_OK);
	assert_int_equal(crypto_pwhash(hash, 32, "four words do well", 18,
			     secret + SALT_AT, cheap.passes, cheap.memory_bytes,
			     crypto_pwhash_ALG_ARGON2ID13),
	    0);
	crypto_generichash(verifier, 32, (const uint8_t *)"TLV1q", 5, hash, 32);
	assert_memory_equal(secret + 36, verifier, 32);
	assert_memory_not_equal(secret + 36, hash, 32);
}

static void
test_no_two_secrets_are_alike(void **state)
{
	uint8_t one[PASSPHRASE_SECRET_BYTES], two[PASSPHRASE_SECRET_BYTES];
	bool right = true;

	(void)state;
	assert_int_equal(passphrase_make(TEXT("four words do well"), TEXT("q"),
			     one, UNREAD),
	    STATUS_OK);
	assert_int_equal(passphrase_make(TEXT("four words do well"), TEXT("q"),
			     two, UNREAD),
	    STATUS_OK);
	assert_memory_not_equal(one + SALT_AT, two + SALT_AT, 48);
	passphrase_make_none(one);
	assert_int_equal(verify(one, sizeof(one), "", "q", &right), STATUS_OK);
	assert_false(right);
}

/* Every bit that is not the salt's or the verifier's is looked at. */
static void
test_damage_is_refused(void **state)
{
	uint8_t secret[PASSPHRASE_SECRET_BYTES + 1] = { 0 };
	bool right = true;

	(void)state;
	assert_int_equal(passphrase_make(TEXT("four words do well"), TEXT("q"),
			     secret, UNREAD),
	    STATUS_OK);
	for (size_t size = 0; size <= sizeof(secret); size++)
		if (size != PASSPHRASE_SECRET_BYTES)
			assert_int_equal(verify(secret, size, "x", "q", &right),
			    STATUS_INVALID);
	secret[VERSION_AT] = 2;
	assert_int_equal(verify(secret, PASSPHRASE_SECRET_BYTES, "x", "q",
			     &right),
	    STATUS_UNSUPPORTED);
	secret[VERSION_AT] = 1;
	for (size_t bit = 0; bit < 8 * (size_t)PASSPHRASE_SECRET_BYTES; bit++) {
		uint8_t mask = (uint8_t)(1U << bit % 8);

		/* passes and memory have their own test */
		if (bit / 8 >= PASSES_AT && bit / 8 < SALT_AT)
			continue;
		secret[bit / 8] ^= mask;
		(void)verify(secret, PASSPHRASE_SECRET_BYTES,
		    "four words do well", "q", &right);
		assert_false(right);
		secret[bit / 8] ^= mask;
	}
}

/* --- too weak ------------------------------------------------------------- */

static enum status
check(const char *passphrase, struct error *err)
{
	return passphrase_check(TEXT(passphrase), "m.okonjo-brandt",
	    "Oak Infant School", err);
}

static void
test_weak_ones_are_refused(void **state)
{
	static const char *const weak[] = { "", "eleven char",
		"aaaaaaaaaaaaaaa", "ababababababab", "123456789012",
		"abcdefghijklm", "210987654321", "M.Okonjo-Brandt",
		"m.okonjo-brandt2026", "oak infant school",
		"Oak Infant School 1", "password 1234", "PasswordPassword",
		"letmeinletmein", "Qwertyuiop 12",
		"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9" };

	(void)state;
	for (size_t i = 0; i < sizeof(weak) / sizeof(weak[0]); i++)
		if (check(weak[i], UNREAD) != STATUS_INVALID)
			fail_msg("\"%s\" was taken", weak[i]);
}

static void
test_good_ones_are_taken(void **state)
{
	static const char *const good[] = { "four words do well",
		"Tea-kettle 9 moth", "m.okonjo-brandt likes rain",
		"oak infant school has owls", "\xc3\xa9t\xc3\xa9 comme hiver",
		"\xff\xfe\xfd no text at all" };
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (check(good[i], &err) != STATUS_OK)
			fail_msg("\"%s\": %s", good[i], err.text);
	assert_int_equal(passphrase_check(TEXT("four words do well"), NULL,
			     NULL, &err),
	    STATUS_OK);
}

static void
test_refusal_says_why(void **state)
{
	struct error err = { 0 };

	(void)state;
	check("short", &err);
	assert_non_null(strstr(err.text, "at least 12 characters"));
	check("Oak Infant School", &err);
	assert_non_null(strstr(err.text, "name of the school"));
	assert_null(strstr(err.text, "Oak"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_real_one_costs_256_mib),
		cmocka_unit_test(test_parameters_out_of_range_are_refused),
		cmocka_unit_test(test_right_and_wrong),
		cmocka_unit_test(test_secret_is_what_the_header_says),
		cmocka_unit_test(test_no_two_secrets_are_alike),
		cmocka_unit_test(test_damage_is_refused),
		cmocka_unit_test(test_weak_ones_are_refused),
		cmocka_unit_test(test_good_ones_are_taken),
		cmocka_unit_test(test_refusal_says_why),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
