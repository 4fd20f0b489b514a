/*
 * The domain reconciliation: children, transfers and deadlines that do not fit
 * together, and who must act.  Everything is computed from the folded tables
 * each time; a finding is gone when what it tells of has been dealt with.
 *
 * Nothing here is merged or written, and nothing about safeguarding is read:
 * packages of that kind are passed over, as are the dossiers.
 */
#ifndef COMMON_REPORT_FINDINGS_H
#define COMMON_REPORT_FINDINGS_H

#include "common/report/day.h"

enum finding_kind {
	FINDING_EXPECTED_WITHOUT_TRANSFER,
	FINDING_TRANSFER_UNEXPECTED,
	FINDING_TRANSFER_NOT_ACCEPTED,
	FINDING_LEAVER_WITHOUT_DESTINATION,
	FINDING_SAME_UPN,
	FINDING_SAME_CHILD,
	FINDING_IN_NO_SCHOOL,
	/* deadlines: only those that are near or past */
	FINDING_CTF_NOT_SENT,
	FINDING_RECORD_NOT_SENT,
	FINDING_PACKAGE_NOT_RECEIVED,
	FINDING_FREE_MEALS_REVIEW,
	FINDING_CIRCUMSTANCE_REVIEW,
	FINDING_PLAN_REVIEW,
	FINDING_RETENTION_DUE,
	FINDING_COPY_DUE,
	FINDING_NOMINATIONS_CLOSE,
	FINDING_KINDS
};

enum finding_urgency {
	FINDING_OVERDUE,
	FINDING_SOON, /* within FINDING_NEAR_DAYS */
	FINDING_UNDATED,
	FINDING_IN_TIME
};

enum {
	FINDING_NEAR_DAYS = 14,
	FINDING_CTF_SCHOOL_DAYS = 15,    /* after leaving; the law's */
	FINDING_RECEIPT_SCHOOL_DAYS = 5, /* after sending */
};

struct finding {
	enum finding_kind kind;
	uint64_t school; /* whose child or list it is */
	uint64_t other;  /* the other school that it concerns, or 0 */
	uint64_t acts;   /* the school that must act; 0: every school */
	/* The record that names what it is about: a pupil, expected_pupil,
	 * envelope or transition_event.  0: no child is named to the office,
	 * since the kind alone would tell too much of it. */
	uint64_t subject;
	/* With kind: the finding's identity, the same every night. */
	uint64_t records[2];
	int32_t due; /* or DAY_NONE */
	enum finding_urgency urgency;
};

struct findings_view {
	int32_t today;
	uint64_t school; /* what concerns this school; 0: the whole hub */
};

/* Return false to stop. */
typedef bool finding_visitor(void *context, const struct finding *finding);

/* By kind; the most urgent first.  finding is borrowed for the call. */
enum status findings_look(struct replica *replica,
    const struct findings_view *view, finding_visitor *visit, void *context,
    struct error *err);

/* "transfer_not_accepted"; never renamed, since reports are kept. */
const char *finding_kind_name(enum finding_kind kind);

/* "Transfers that are not accepted" */
const char *finding_kind_title(enum finding_kind kind);

/* What to do about it, as a sentence. */
const char *finding_kind_advice(enum finding_kind kind);

bool finding_kind_is_deadline(enum finding_kind kind);

#endif
