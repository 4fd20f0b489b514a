/*
 * What one commit is going to write, put down before the replica is asked:
 * records, columns and values, all copied.
 *
 *	sheet_begin(sheet, pupil, author);
 *	note = sheet_insert(sheet, "note");
 *	sheet_set_text(sheet, note, "text", "Settled well.");
 *	sheet_write(sheet, computer);
 */
#ifndef TESTS_SIM_PEOPLE_SHEET_H
#define TESTS_SIM_PEOPLE_SHEET_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/value.h"

struct computer;

enum {
	SHEET_RECORDS = 8,
	SHEET_SETTINGS = 64,
	SHEET_ROOM_BYTES = 160 * 1024
};

struct sheet_record {
	const char *collection; /* of a new one */
	uint64_t id;            /* of an existing one */
	bool delete;
	bool undelete;
};

struct sheet_setting {
	uint32_t record;
	const char *column;
	struct value value;
};

struct sheet {
	uint64_t dossier;
	bool create;
	uint64_t author;
	struct sheet_record records[SHEET_RECORDS];
	uint32_t record_count;
	struct sheet_setting settings[SHEET_SETTINGS];
	uint32_t setting_count;
	uint8_t room[SHEET_ROOM_BYTES];
	uint32_t used;
};

/* dossier 0 is the partnership's. */
void sheet_begin(struct sheet *sheet, uint64_t dossier, uint64_t author);

/* A dossier that begins with the first record inserted. */
void sheet_begin_dossier(struct sheet *sheet, uint64_t author);

/* Both tell the record's place on the sheet. */
uint32_t sheet_insert(struct sheet *sheet, const char *collection);

uint32_t sheet_open(struct sheet *sheet, uint64_t id);

/* column and what value points to: the first must outlive the sheet, the
 * second is copied.  What there is no room for is left out. */
void sheet_set(struct sheet *sheet, uint32_t record, const char *column,
    const struct value *value);

void sheet_set_text(struct sheet *sheet, uint32_t record, const char *column,
    const char *text);

void sheet_set_id(struct sheet *sheet, uint32_t record, const char *column,
    uint64_t id);

/* A reference to a record that this sheet inserts. */
void sheet_set_new(struct sheet *sheet, uint32_t record, const char *column,
    uint32_t target);

/* By computer_write: the commit's id, or 0. */
uint64_t sheet_write(struct sheet *sheet, struct computer *computer);

#endif
