/* What the hub issues, and what it refuses to. */
#include "tests/unit/net/hub.h"

#include <stdio.h>
#include <string.h>
#include <uv.h>

#include "common/net/mbedtls_compat.h"
#include "common/support/clock.h"
#include "common/support/file.h"
#include "protocol/limits.h"
#include "tests/unit/scratch.h"

static struct hub oak, elm;

static int
set_up(void **state)
{
	(void)state;
	hub_init(&oak, HUB_YEAR_S, HUB_YEAR_S);
	hub_init(&elm, HUB_YEAR_S, HUB_YEAR_S);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	hub_deinit(&oak);
	hub_deinit(&elm);
	return 0;
}

static void
test_site_has_a_number_and_no_name(void **state)
{
	struct certificate_info info;
	int64_t now_s = clock_unix_ms() / 1000;

	(void)state;
	assert_int_equal(certificate_parse(buffer_view(&oak.site_certificate),
			     &info, NULL),
	    STATUS_OK);
	assert_string_equal(info.name, "17");
	assert_false(info.is_authority);
	assert_int_not_equal(info.serial.bytes[0], 0);
	assert_in_range(now_s - info.not_before_s, CERTIFICATE_BACKDATE_S,
	    CERTIFICATE_BACKDATE_S + 60);
	assert_in_range(info.not_after_s - now_s, HUB_YEAR_S - 60, HUB_YEAR_S);
	assert_true(oak.site_certificate.size < LIMIT_CERTIFICATE_BYTES);
	assert_int_equal(certificate_parse(buffer_view(&oak.authority), &info,
			     NULL),
	    STATUS_OK);
	assert_true(info.is_authority);
}

static void
test_serials_differ(void **state)
{
	struct certificate_info a, b;

	(void)state;
	assert_int_equal(certificate_parse(buffer_view(&oak.site_certificate),
			     &a, NULL),
	    STATUS_OK);
	assert_int_equal(certificate_parse(buffer_view(&elm.site_certificate),
			     &b, NULL),
	    STATUS_OK);
	assert_false(certificate_serial_equal(&a.serial, &b.serial));
}

static void
test_issuer_and_key_are_told_apart(void **state)
{
	struct bytes site = buffer_view(&oak.site_certificate);

	(void)state;
	assert_int_equal(certificate_check_issuer(site,
			     buffer_view(&oak.authority), NULL),
	    STATUS_OK);
	assert_int_equal(certificate_check_issuer(site,
			     buffer_view(&elm.authority), NULL),
	    STATUS_INVALID);
	assert_int_equal(certificate_match(site, oak.site_key, NULL),
	    STATUS_OK);
	assert_int_equal(certificate_match(site, elm.site_key, NULL),
	    STATUS_INVALID);
}

static void
test_hosts_are_compared(void **state)
{
	struct bytes hub = buffer_view(&oak.certificate);

	(void)state;
	assert_true(certificate_is_for_host(hub, "localhost"));
	assert_true(certificate_is_for_host(hub, "LOCALHOST"));
	assert_true(certificate_is_for_host(hub, "127.0.0.1"));
	assert_false(certificate_is_for_host(hub, "127.0.0.2"));
	assert_false(certificate_is_for_host(hub, "localhos"));
	assert_false(certificate_is_for_host(hub, "hub"));
	assert_false(
	    certificate_is_for_host(buffer_view(&oak.site_certificate), "17"));
}

static void
test_bad_hosts_are_not_issued(void **state)
{
	static const char *const bad[] = { "", "a b", "*.example", "a,b",
		"a\"b", "caf\xc3\xa9" };
	struct authority authority = hub_authority(&oak);
	struct buffer out = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(certificate_issue_server(&authority, oak.key,
				     &bad[i], 1, 60, &out, NULL),
		    STATUS_INVALID);
	assert_int_equal(out.size, 0);
}

static enum status
issue(const uint8_t *request, size_t size)
{
	struct authority authority = hub_authority(&oak);
	struct buffer out = { 0 };
	enum status status;

	status = certificate_issue_site(&authority,
	    (struct bytes){ request, size }, 5, 60, &out, NULL);
	buffer_deinit(&out);
	return status;
}

/* mbedTLS parses a request whose signature is wrong without a word. */
static void
test_request_with_any_byte_changed_is_refused(void **state)
{
	struct buffer request = { 0 };
	uint8_t *data;

	(void)state;
	assert_int_equal(certificate_make_request(elm.site_key, &request, NULL),
	    STATUS_OK);
	data = request.data + request.start;
	assert_int_equal(issue(data, request.size), STATUS_OK);
	for (size_t i = 0; i < request.size; i++) {
		data[i] ^= 1;
		assert_int_equal(issue(data, request.size), STATUS_INVALID);
		data[i] ^= 1;
	}
	for (size_t i = 0; i < request.size; i += 7)
		assert_int_equal(issue(data, i), STATUS_INVALID);
	buffer_deinit(&request);
}

/* A request for a key of another kind, though well signed. */
static void
test_request_for_another_curve_is_refused(void **state)
{
	mbedtls_x509write_csr writer;
	mbedtls_pk_context key;
	unsigned char der[2048];
	int size;

	(void)state;
	mbedtls_pk_init(&key);
	mbedtls_pk_setup(&key, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY));
	assert_int_equal(mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256K1,
			     mbedtls_pk_ec(key), compat_random, NULL),
	    0);
	mbedtls_x509write_csr_init(&writer);
	mbedtls_x509write_csr_set_md_alg(&writer, MBEDTLS_MD_SHA256);
	mbedtls_x509write_csr_set_key(&writer, &key);
	mbedtls_x509write_csr_set_subject_name(&writer, "CN=9");
	size = mbedtls_x509write_csr_der(&writer, der, sizeof(der),
	    compat_random, NULL);
	assert_true(size > 0);
	assert_int_equal(issue(der + sizeof(der) - size, (size_t)size),
	    STATUS_INVALID);
	mbedtls_x509write_csr_free(&writer);
	mbedtls_pk_free(&key);
}

static void
test_what_is_no_certificate_is_refused(void **state)
{
	struct bytes site = buffer_view(&oak.site_certificate);
	uint8_t longer[LIMIT_CERTIFICATE_BYTES] = { 0 };
	struct certificate_info info;

	(void)state;
	for (size_t i = 0; i < site.size; i++)
		assert_int_equal(certificate_parse((struct bytes){ site.data,
						       i },
				     &info, NULL),
		    STATUS_INVALID);
	memcpy(longer, site.data, site.size);
	assert_int_equal(certificate_parse((struct bytes){ longer,
					       site.size + 1 },
			     &info, NULL),
	    STATUS_INVALID);
}

/* What is stored comes back, and the key is for this user alone. */
static void
test_files_come_back(void **state)
{
	char folder[SCRATCH_BYTES];
	char path[SCRATCH_BYTES + 16], other[SCRATCH_BYTES + 16];
	struct buffer read = { 0 };
	struct key *key = NULL;
	struct error err;
	uv_fs_t request;

	(void)state;
	scratch_make(folder);
	snprintf(path, sizeof(path), "%s/key.pem", folder);
	snprintf(other, sizeof(other), "%s/site.pem", folder);
	assert_int_equal(key_load(path, &key, &err), STATUS_NOT_FOUND);
	assert_int_equal(key_save(oak.site_key, path, &err), STATUS_OK);
	assert_int_equal(uv_fs_stat(NULL, &request, path, NULL), 0);
	assert_int_equal(request.statbuf.st_mode & 0777, 0600);
	uv_fs_req_cleanup(&request);
	assert_int_equal(key_load(path, &key, &err), STATUS_OK);
	assert_int_equal(certificate_save(buffer_view(&oak.site_certificate),
			     other, &err),
	    STATUS_OK);
	assert_int_equal(certificate_load(other, &read, &err), STATUS_OK);
	assert_true(bytes_equal(buffer_view(&read),
	    buffer_view(&oak.site_certificate)));
	assert_int_equal(certificate_match(buffer_view(&read), key, &err),
	    STATUS_OK);
	key_destroy(key);
	key = NULL;
	assert_int_equal(key_load(other, &key, &err), STATUS_CORRUPT);
	assert_int_equal(certificate_load(path, &read, &err), STATUS_CORRUPT);
	scratch_remove(folder);
	buffer_deinit(&read);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_site_has_a_number_and_no_name),
		cmocka_unit_test(test_serials_differ),
		cmocka_unit_test(test_issuer_and_key_are_told_apart),
		cmocka_unit_test(test_hosts_are_compared),
		cmocka_unit_test(test_bad_hosts_are_not_issued),
		cmocka_unit_test(test_request_with_any_byte_changed_is_refused),
		cmocka_unit_test(test_request_for_another_curve_is_refused),
		cmocka_unit_test(test_what_is_no_certificate_is_refused),
		cmocka_unit_test(test_files_come_back),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
