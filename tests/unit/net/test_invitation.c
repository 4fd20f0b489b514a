/* The one-time code, as it is written, read out and mistyped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "common/net/invitation.h"

static struct invitation
sample(void)
{
	struct invitation invitation = { .host = "hub.partnership.example",
		.port = 8443 };

	for (size_t i = 0; i < sizeof(invitation.authority.bytes); i++)
		invitation.authority.bytes[i] = (uint8_t)(i * 37);
	for (size_t i = 0; i < sizeof(invitation.secret); i++)
		invitation.secret[i] = (uint8_t)(255 - i * 11);
	return invitation;
}

static void
expect_same(const struct invitation *a, const struct invitation *b)
{
	assert_string_equal(a->host, b->host);
	assert_int_equal(a->port, b->port);
	assert_memory_equal(a->authority.bytes, b->authority.bytes, 32);
	assert_memory_equal(a->secret, b->secret, sizeof(a->secret));
}

static void
test_code_is_read_however_it_is_typed(void **state)
{
	struct invitation invitation = sample(), read;
	char text[INVITATION_TEXT_BYTES], typed[2 * INVITATION_TEXT_BYTES];
	size_t size = 0;

	(void)state;
	assert_int_equal(invitation_encode(&invitation, text, NULL), STATUS_OK);
	assert_int_equal(strncmp(text, "TL1-", 4), 0);
	assert_int_equal(invitation_decode(bytes_of_text(text), &read, NULL),
	    STATUS_OK);
	expect_same(&invitation, &read);
	for (const char *at = text; *at != '\0'; at++) {
		int c = tolower((unsigned char)*at);

		typed[size++] = (char)(c == '0'   ? 'o'
				       : c == '1' ? 'l'
				       : c == '-' ? ' '
						  : c);
	}
	typed[size++] = '\n';
	assert_int_equal(invitation_decode((struct bytes){ (uint8_t *)typed,
					       size },
			     &read, NULL),
	    STATUS_OK);
	expect_same(&invitation, &read);
}

/* Each character in turn changed to each other: always noticed. */
static void
test_each_mistyped_character_is_noticed(void **state)
{
	static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	struct invitation invitation = sample(), read;
	char text[INVITATION_TEXT_BYTES];
	struct error err;

	(void)state;
	assert_int_equal(invitation_encode(&invitation, text, NULL), STATUS_OK);
	for (size_t i = 4; text[i] != '\0'; i++) {
		char right = text[i];

		for (size_t j = 0; j < 32 && right != '-'; j++) {
			if (alphabet[j] == right)
				continue;
			text[i] = alphabet[j];
			assert_int_equal(invitation_decode(bytes_of_text(text),
					     &read, &err),
			    STATUS_INVALID);
			assert_non_null(strstr(err.text, "mistyped"));
		}
		text[i] = right;
	}
}

static void
test_swapped_neighbours_are_noticed(void **state)
{
	struct invitation invitation = sample(), read;
	char text[INVITATION_TEXT_BYTES];

	(void)state;
	assert_int_equal(invitation_encode(&invitation, text, NULL), STATUS_OK);
	for (size_t i = 4; text[i + 1] != '\0'; i++) {
		char first = text[i];

		if (first == text[i + 1] || first == '-' || text[i + 1] == '-')
			continue;
		text[i] = text[i + 1];
		text[i + 1] = first;
		assert_int_equal(invitation_decode(bytes_of_text(text), &read,
				     NULL),
		    STATUS_INVALID);
		text[i + 1] = text[i];
		text[i] = first;
	}
}

static void
test_each_shorter_part_is_refused(void **state)
{
	struct invitation invitation = sample(), read;
	char text[INVITATION_TEXT_BYTES];

	(void)state;
	assert_int_equal(invitation_encode(&invitation, text, NULL), STATUS_OK);
	for (size_t i = 0; i < strlen(text); i++)
		assert_int_equal(invitation_decode((struct bytes){ (uint8_t *)
								       text,
						       i },
				     &read, NULL),
		    STATUS_INVALID);
}

static void
test_longest_host_fits(void **state)
{
	struct invitation invitation = sample(), read;
	char text[INVITATION_TEXT_BYTES];

	(void)state;
	memset(invitation.host, 'a', INVITATION_HOST_BYTES - 1);
	invitation.host[INVITATION_HOST_BYTES - 1] = '\0';
	assert_int_equal(invitation_encode(&invitation, text, NULL), STATUS_OK);
	assert_int_equal(invitation_decode(bytes_of_text(text), &read, NULL),
	    STATUS_OK);
	expect_same(&invitation, &read);
}

static void
test_bad_hub_is_refused(void **state)
{
	static const char *const hosts[] = { "", "a b", "a..b", ".a", "a.",
		"-a", "a\n", "a/b" };
	char text[INVITATION_TEXT_BYTES];
	struct invitation invitation;

	(void)state;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++) {
		invitation = sample();
		snprintf(invitation.host, sizeof(invitation.host), "%s",
		    hosts[i]);
		assert_int_equal(invitation_encode(&invitation, text, NULL),
		    STATUS_INVALID);
	}
	invitation = sample();
	invitation.port = 0;
	assert_int_equal(invitation_encode(&invitation, text, NULL),
	    STATUS_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_code_is_read_however_it_is_typed),
		cmocka_unit_test(test_each_mistyped_character_is_noticed),
		cmocka_unit_test(test_swapped_neighbours_are_noticed),
		cmocka_unit_test(test_each_shorter_part_is_refused),
		cmocka_unit_test(test_longest_host_fits),
		cmocka_unit_test(test_bad_hub_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
