/* Settings: what was read is written in a form that reads the same. */
#include "common/support/config.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config config = { 0 }, again = { 0 };
	struct buffer once = { 0 }, twice = { 0 };
	struct error error;

	if (config_parse((struct bytes){ data, size }, &config, &error) ==
	    STATUS_OK) {
		FUZZ_CHECK(config_format(&config, &once) == STATUS_OK);
		/* Each line may have grown by the blanks around its sign. */
		if (once.size <= CONFIG_FILE_BYTES) {
			FUZZ_CHECK(config_parse(buffer_view(&once), &again,
				       &error) == STATUS_OK);
			FUZZ_CHECK(config_format(&again, &twice) == STATUS_OK);
			FUZZ_CHECK(bytes_equal(buffer_view(&once),
			    buffer_view(&twice)));
		}
	}
	buffer_deinit(&once);
	buffer_deinit(&twice);
	config_deinit(&config);
	config_deinit(&again);
	return 0;
}
