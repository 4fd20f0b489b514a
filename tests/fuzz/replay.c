/*
 * Runs a fuzz target over every file of the folders that are named, so that
 * what was once found stays found.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	FILE_BYTES_MAX = 8 * 1024 * 1024
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An allocation of exactly the size, so that a sanitizer sees its end. */
static int
replay_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *whole = malloc(FILE_BYTES_MAX);
	uint8_t *exact;
	size_t size;

	if (file == NULL || whole == NULL) {
		perror(path);
		exit(1);
	}
	size = fread(whole, 1, FILE_BYTES_MAX, file);
	(void)fclose(file);
	exact = realloc(whole, size == 0 ? 1 : size);
	if (exact == NULL)
		exit(1);
	(void)LLVMFuzzerTestOneInput(exact, size);
	free(exact);
	return 1;
}

static int
replay_folder(const char *folder)
{
	DIR *listing = opendir(folder);
	struct dirent *entry;
	int count = 0;

	if (listing == NULL) {
		perror(folder);
		exit(1);
	}
	while ((entry = readdir(listing)) != NULL) {
		char path[4096];

		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", folder,
		    entry->d_name);
		count += replay_file(path);
	}
	(void)closedir(listing);
	return count;
}

int
main(int argc, char **argv)
{
	int count = 0;

	for (int i = 1; i < argc; i++)
		count += replay_folder(argv[i]);
	printf("%d files\n", count);
	return count > 0 ? 0 : 1;
}
