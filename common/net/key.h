/*
 * A private key: ECDSA on P-256.
 */
#ifndef COMMON_NET_KEY_H
#define COMMON_NET_KEY_H

#include "protocol/bytes.h"

struct key;

enum status key_generate(struct key **out, struct error *err);

void key_destroy(struct key *key);

/* PEM, in a file for this user alone. */
enum status key_save(const struct key *key, const char *path,
    struct error *err);

/* STATUS_NOT_FOUND, STATUS_CORRUPT (no P-256 key is in it). */
enum status key_load(const char *path, struct key **out, struct error *err);

/* Append DER (SEC 1) to out; release it with key_wipe. */
enum status key_encode(const struct key *key, struct buffer *out,
    struct error *err);

/* PEM or DER.  STATUS_INVALID. */
enum status key_decode(struct bytes bytes, struct key **out, struct error *err);

/* Overwrite a buffer that held a secret, then release it. */
void key_wipe(struct buffer *buffer);

/* Borrowed; for the files of this folder (an mbedtls_pk_context). */
void *key_get_handle(const struct key *key);

#endif
