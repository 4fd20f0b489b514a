/*
 * The statements of the domain reconciliation, one a kind.  Private to
 * common/report.
 *
 * ?1 is the school that is looked at (0: all), ?2 today.  Each row:
 * school, other, acts, subject, record, second record, date.
 */
#ifndef COMMON_REPORT_FINDINGS_TEXT_H
#define COMMON_REPORT_FINDINGS_TEXT_H

#define FINDINGS_ASKED "WITH asked (school, today) AS (SELECT ?1, ?2) "

/* findings_child.c */
extern const char findings_expected_without_transfer[],
    findings_transfer_unexpected[], findings_transfer_not_accepted[],
    findings_leaver_without_destination[], findings_same_upn[],
    findings_same_child[], findings_in_no_school[];

/* findings_deadline.c */
extern const char findings_ctf_not_sent[], findings_record_not_sent[],
    findings_package_not_received[], findings_free_meals_review[],
    findings_circumstance_review[], findings_plan_review[],
    findings_nominations_close[];

/* findings_retention.c */
extern const char findings_retention_due[], findings_copy_due[];

#endif
