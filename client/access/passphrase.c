#include "client/access/passphrase.h"

#include <ctype.h>
#include <sodium.h>
#include <string.h>

#include "common/support/random.h"
#include "protocol/value.h"

enum {
	VERSION = 1,
	VERSION_AT = 4,
	PASSES_AT = 8,
	MEMORY_AT = 12,
	SALT_AT = 20,
	SALT_BYTES = 16,
	VERIFIER_AT = 36,
	HASH_BYTES = 32,
	PASSES = 3,
	PASSES_MIN = 2,
	PASSES_MAX = 6,
	DISTINCT_MIN = 5,
	PLAIN_BYTES = 256,
};

#define MIB        UINT64_C(1048576)
#define MEMORY     (256 * MIB)
#define MEMORY_MIN (64 * MIB)
#define MEMORY_MAX (1024 * MIB)

static const char tag[] = "TLPW";
static const char verifier_tag[] = "TLV1";

static struct passphrase_cost cost = { PASSES, MEMORY };
static struct passphrase_cost least = { PASSES_MIN, MEMORY_MIN };

void
passphrase_cheapen(struct passphrase_cost cheap)
{
	cost = cheap;
	least = cheap;
}

/* --- too weak ------------------------------------------------------------- */

/* Letters in lower case and digits, ended by NUL. */
static void
make_plain(struct bytes text, char out[PLAIN_BYTES])
{
	size_t size = 0;

	for (size_t i = 0; i < text.size && size < PLAIN_BYTES - 1; i++)
		if (text.data[i] >= 0x80 || isalnum(text.data[i]))
			out[size++] = (char)tolower(text.data[i]);
	out[size] = '\0';
}

/* It is what the other is, but for digits behind it. */
static bool
is_but(const char *plain, const char *name)
{
	char other[PLAIN_BYTES];
	size_t size;

	if (name == NULL)
		return false;
	make_plain(bytes_of_text(name), other);
	size = strlen(other);
	if (size == 0 || strncmp(plain, other, size) != 0)
		return false;
	return strspn(plain + size, "0123456789") == strlen(plain + size);
}

static bool
is_common(const char *plain)
{
	static const char *const common[] = { "passwordpassword", "password",
		"letmeinletmein", "qwertyuiopasdfghjkl", "qwertyuiop",
		"adminadmin", "administrator", "safeguarding",
		"welcometoschool", "iloveyou", "correcthorsebatterystaple",
		"passphrase" };

	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (is_but(plain, common[i]))
			return true;
	return false;
}

/* abababababab, aaaaaaaaaaaa */
static bool
has_few_characters(struct bytes text)
{
	bool seen[256] = { false };
	int distinct = 0;

	for (size_t i = 0; i < text.size; i++) {
		distinct += !seen[text.data[i]];
		seen[text.data[i]] = true;
	}
	return distinct < DISTINCT_MIN;
}

/* 123456789012, abcdefghijkl, and downward */
static bool
is_run(struct bytes text)
{
	size_t steps[2] = { 0, 0 };

	for (size_t i = 1; i < text.size; i++) {
		int step = text.data[i] - text.data[i - 1];

		steps[0] += step == 1;
		steps[1] += step == -1;
	}
	return steps[0] + 3 >= text.size || steps[1] + 3 >= text.size;
}

enum status
passphrase_check(struct bytes passphrase, const char *login, const char *school,
    struct error *err)
{
	char plain[PLAIN_BYTES];
	size_t length = utf8_is_valid(passphrase) ? utf8_length(passphrase)
	                                          : passphrase.size;
	const char *wrong = NULL;

	if (length < PASSPHRASE_CHARACTERS_MIN)
		return error_set(err, STATUS_INVALID,
		    "a passphrase has at least %d characters: four words do "
		    "well",
		    PASSPHRASE_CHARACTERS_MIN);
	if (passphrase.size > PASSPHRASE_BYTES_MAX)
		return error_set(err, STATUS_INVALID,
		    "a passphrase has at most %d bytes", PASSPHRASE_BYTES_MAX);
	make_plain(passphrase, plain);
	if (has_few_characters(passphrase) || is_run(passphrase))
		wrong = "it repeats or counts";
	else if (is_but(plain, login))
		wrong = "it is the name of the login";
	else if (is_but(plain, school))
		wrong = "it is the name of the school";
	else if (is_common(plain))
		wrong = "it is one that many use";
	sodium_memzero(plain, sizeof(plain));
	if (wrong != NULL)
		return error_set(err, STATUS_INVALID,
		    "this passphrase is easily guessed: %s; four words that do "
		    "not belong together do well",
		    wrong);
	return STATUS_OK;
}

/* --- the secret ----------------------------------------------------------- */

static void
store32(uint8_t *out, uint32_t number)
{
	for (int i = 0; i < 4; i++)
		out[i] = (uint8_t)(number >> (8 * i));
}

static uint32_t
load32(const uint8_t *in)
{
	return (uint32_t)in[0] | (uint32_t)in[1] << 8 | (uint32_t)in[2] << 16 |
	       (uint32_t)in[3] << 24;
}

/* By the parameters and the salt in secret. */
static enum status
make_verifier(const uint8_t *secret, struct bytes passphrase,
    struct bytes login, uint8_t verifier[HASH_BYTES], struct error *err)
{
	crypto_generichash_state state;
	uint8_t hash[HASH_BYTES];

	/* libsodium reads its bytes as char */
	if (crypto_pwhash(hash, sizeof(hash),
		(const char *)(passphrase.size > 0 ? passphrase.data
						   : (const uint8_t *)""),
		passphrase.size, secret + SALT_AT, load32(secret + PASSES_AT),
		(size_t)bytes_load64(secret + MEMORY_AT),
		crypto_pwhash_ALG_ARGON2ID13) != 0)
		return error_set(err, STATUS_NOMEM,
		    "there is not enough memory to look at a passphrase");
	crypto_generichash_init(&state, hash, sizeof(hash), HASH_BYTES);
	crypto_generichash_update(&state, (const uint8_t *)verifier_tag, 4);
	crypto_generichash_update(&state, login.data, login.size);
	crypto_generichash_final(&state, verifier, HASH_BYTES);
	sodium_memzero(hash, sizeof(hash));
	sodium_memzero(&state, sizeof(state));
	return STATUS_OK;
}

static void
begin_secret(uint8_t secret[PASSPHRASE_SECRET_BYTES])
{
	memcpy(secret, tag, 4);
	store32(secret + VERSION_AT, VERSION);
	store32(secret + PASSES_AT, cost.passes);
	bytes_store64(secret + MEMORY_AT, cost.memory_bytes);
	random_bytes(secret + SALT_AT, SALT_BYTES);
}

enum status
passphrase_make(struct bytes passphrase, struct bytes login,
    uint8_t secret[PASSPHRASE_SECRET_BYTES], struct error *err)
{
	begin_secret(secret);
	return make_verifier(secret, passphrase, login, secret + VERIFIER_AT,
	    err);
}

void
passphrase_make_none(uint8_t secret[PASSPHRASE_SECRET_BYTES])
{
	begin_secret(secret);
	random_bytes(secret + VERIFIER_AT, HASH_BYTES);
}

/* --- looking -------------------------------------------------------------- */

static enum status
check_secret(struct bytes secret, struct error *err)
{
	uint32_t passes;
	uint64_t memory;

	if (secret.size < PASSES_AT || memcmp(secret.data, tag, 4) != 0)
		return error_set(err, STATUS_INVALID,
		    "this account has no passphrase");
	if (load32(secret.data + VERSION_AT) != VERSION)
		return error_set(err, STATUS_UNSUPPORTED,
		    "the passphrase of this account was set by a later version "
		    "of this program; upgrade this computer");
	if (secret.size != PASSPHRASE_SECRET_BYTES)
		return error_set(err, STATUS_INVALID,
		    "the passphrase of this account is damaged");
	passes = load32(secret.data + PASSES_AT);
	memory = bytes_load64(secret.data + MEMORY_AT);
	if (passes < least.passes || passes > PASSES_MAX ||
	    memory < least.memory_bytes || memory > MEMORY_MAX)
		return error_set(err, STATUS_INVALID,
		    "the passphrase of this account is kept in a way that is "
		    "not safe; set a new one");
	return STATUS_OK;
}

enum status
passphrase_verify(struct bytes secret, struct bytes passphrase,
    struct bytes login, bool *right, struct error *err)
{
	uint8_t verifier[HASH_BYTES];
	enum status status = check_secret(secret, err);

	*right = false;
	if (status == STATUS_OK)
		status = make_verifier(secret.data, passphrase, login, verifier,
		    err);
	if (status == STATUS_OK)
		*right = sodium_memcmp(verifier, secret.data + VERIFIER_AT,
			     HASH_BYTES) == 0;
	return status;
}
