/* A text that is read as an identifier is printed as the same text. */
#include <string.h>

#include "fuzz.h"
#include "protocol/identifier.h"
#include "protocol/value.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct bytes in = { data, size };
	char text[IDENTIFIER_TEXT_BYTES];
	uint64_t id;

	if (identifier_parse(in, &id)) {
		identifier_format(id, text);
		FUZZ_CHECK(bytes_equal_text(in, text));
		FUZZ_CHECK(identifier_make(identifier_site(id),
			       identifier_counter(id)) == id);
	}
	if (utf8_is_valid(in))
		FUZZ_CHECK(utf8_length(in) <= size);
	if (date_is_valid(in) || moment_is_valid(in))
		FUZZ_CHECK(utf8_is_valid(in));
	return 0;
}
