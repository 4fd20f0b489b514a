#include "client/interface/interface_token.h"

#include <sodium.h>

enum {
	DIGEST_BYTES = 32
};

void
token_make(const uint8_t key[32], struct bytes secret, char token[TOKEN_BYTES])
{
	uint8_t digest[DIGEST_BYTES];

	crypto_generichash(digest, sizeof(digest), secret.data, secret.size,
	    key, 32);
	sodium_bin2hex(token, TOKEN_BYTES, digest, sizeof(digest));
}
