/*
 * What the name and the header of a CTF say: LLLEEEE_CTF_LLLEEEE_nnn.xml
 * is from one school to another.
 */
#ifndef CLIENT_IMPORT_FILE_NAME_H
#define CLIENT_IMPORT_FILE_NAME_H

#include "client/import/element.h"
#include "client/import/remarks.h"

enum {
	FILE_NAME_PLACE_BYTES = 7
};

struct file_name {
	struct bytes from; /* of 7 characters; empty when it has no such form */
	struct bytes to;
	bool copied; /* "... (1).xml", as a second download is named */
};

/* The last part of a path with / or \. */
struct bytes file_name_base(struct bytes path);

struct file_name file_name_read(struct bytes base);

/* LAEstab of Header/SourceSchool or DestSchool, in arena; empty: none, or
 * none of that form.  False: there is no memory. */
bool file_name_laestab(struct element *header, const char *school,
    struct arena *arena, struct bytes *laestab);

/* Say what is odd about name, version and document; nothing of it stops. */
void file_name_judge(struct bytes base, struct element *header,
    struct bytes source, struct bytes destination, const char *current_version,
    struct arena *arena, struct remarks *remarks);

#endif
