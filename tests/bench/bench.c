#define _POSIX_C_SOURCE 200809L /* mkdtemp, clock_gettime */

#include "tests/bench/bench.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *json_between;

void
bench_must(enum status status, const char *call, const struct error *err)
{
	if (status == STATUS_OK)
		return;
	(void)fprintf(stderr, "bench: %s: %s: %s\n", call, status_name(status),
	    err != NULL ? err->text : "");
	exit(1);
}

_Noreturn void
bench_fail(const char *what)
{
	(void)fprintf(stderr, "bench: %s\n", what);
	exit(1);
}

uint64_t
bench_ns(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
		bench_fail("this computer has no monotonic clock");
	return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

double
bench_per_second(uint64_t count, uint64_t ns)
{
	return ns == 0 ? 0 : (double)count * 1e9 / (double)ns;
}

const char *
bench_text(int argc, char **argv, const char *name, const char *fallback)
{
	for (int i = 1; i + 1 < argc; i++)
		if (strcmp(argv[i], name) == 0)
			return argv[i + 1];
	return fallback;
}

uint32_t
bench_number(int argc, char **argv, const char *name, uint32_t fallback)
{
	const char *text = bench_text(argc, argv, name, NULL);

	return text == NULL ? fallback : (uint32_t)strtoul(text, NULL, 10);
}

void
bench_folder_make(char path[BENCH_PATH_BYTES])
{
	const char *base = getenv("TMPDIR");

	(void)snprintf(path, BENCH_PATH_BYTES, "%s/throughline-bench-XXXXXX",
	    base != NULL && strlen(base) < 400 ? base : "/tmp");
	if (mkdtemp(path) == NULL)
		bench_fail("cannot make a temporary folder");
}

void
bench_folder_remove(const char *path)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;
	char file[BENCH_PATH_BYTES + 260];

	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		(void)snprintf(file, sizeof(file), "%s/%s", path,
		    entry->d_name);
		(void)unlink(file);
	}
	if (folder != NULL)
		(void)closedir(folder);
	(void)rmdir(path);
}

void
bench_json_begin(void)
{
	json_between = "{";
}

void
bench_json(const char *name, double value)
{
	printf("%s\"%s\": %.9g", json_between, name, value);
	json_between = ",\n ";
}

void
bench_json_end(void)
{
	printf("}\n");
}
