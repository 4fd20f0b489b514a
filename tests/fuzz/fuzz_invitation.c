/* Invitations: what can be read can be written, and is the same again. */
#include <string.h>

#include "common/net/invitation.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct invitation read, again;
	char text[INVITATION_TEXT_BYTES];
	struct error error;

	if (invitation_decode((struct bytes){ data, size }, &read, &error) !=
	    STATUS_OK)
		return 0;
	FUZZ_CHECK(invitation_encode(&read, text, &error) == STATUS_OK);
	FUZZ_CHECK(invitation_decode(bytes_of_text(text), &again, &error) ==
		   STATUS_OK);
	FUZZ_CHECK(strcmp(read.host, again.host) == 0);
	FUZZ_CHECK(read.port == again.port);
	FUZZ_CHECK(memcmp(read.secret, again.secret, sizeof(read.secret)) == 0);
	return 0;
}
