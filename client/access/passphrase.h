/*
 * Passphrases: what a login record keeps of one, and which are too weak.
 *
 * secret, 68 bytes, integers little-endian:
 *
 *	tag "TLPW"  version u32  passes u32  memory u64  salt 16  verifier 32
 *
 * hash = Argon2id(passphrase, salt, passes, memory), 32 bytes
 * verifier = BLAKE2b-256 keyed by hash over "TLV1" | name of the login
 *
 * The verifier is not the hash, so that another key can be derived of the same
 * hash; and what was made for one login is of no use in another's record.
 * Version 1 is this; version 2 will mix the school's secret, which is on its
 * computers and never at the hub, into the hash, so that whoever has only the
 * database cannot try passphrases.
 *
 * A passphrase is bytes: two ways to write the same letter are two.
 * sodium_init has been called.
 */
#ifndef CLIENT_ACCESS_PASSPHRASE_H
#define CLIENT_ACCESS_PASSPHRASE_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/bytes.h"

enum {
	PASSPHRASE_CHARACTERS_MIN = 12,
	PASSPHRASE_BYTES_MAX = 1024,
	PASSPHRASE_SECRET_BYTES = 68,
};

/* Of a new one, and the least and most that a stored one may ask for: below it
 * could be guessed, above it would stop the computer. */
struct passphrase_cost {
	uint32_t passes;
	uint64_t memory_bytes;
};

/* For tests: new ones cost this, and so little is accepted.  Nothing outside
 * the program leads here. */
void passphrase_cheapen(struct passphrase_cost cost);

/* STATUS_INVALID with what is wrong with it: too short, too simple, or one of
 * these names (NULL: none). */
enum status passphrase_check(struct bytes passphrase, const char *login,
    const char *school, struct error *err);

/* A second's work and 256 MiB.  STATUS_NOMEM. */
enum status passphrase_make(struct bytes passphrase, struct bytes login,
    uint8_t secret[PASSPHRASE_SECRET_BYTES], struct error *err);

/* A secret that no passphrase opens, at the same cost. */
void passphrase_make_none(uint8_t secret[PASSPHRASE_SECRET_BYTES]);

/* The same work.  STATUS_UNSUPPORTED: of a later version; STATUS_INVALID: no
 * secret, or one that asks for too little or too much. */
enum status passphrase_verify(struct bytes secret, struct bytes passphrase,
    struct bytes login, bool *right, struct error *err);

#endif
