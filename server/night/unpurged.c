#include "server/night/unpurged.h"

#include "server/core/table.h"

/*
 * By computer: how many files are closed to its school since it joined, with
 * no receipt of it taken since; those that it is past; when the first of the
 * others was closed.  Of several grants of one file to a school the latest
 * counts.  ?1 is the hub's generation, in which places count.
 */
static const char unconfirmed[] =
    "WITH place(record, first, last) AS MATERIALIZED ("
    "  SELECT touch.record, min(sequence), max(sequence) FROM touch"
    "  JOIN ledger ON ledger.id = touch.id"
    "  WHERE touch.record IN (SELECT id FROM site)"
    "  OR touch.record IN (SELECT id FROM purge_receipt)"
    "  GROUP BY touch.record),"
    " computer(number, school, record, joined, confirmed) AS MATERIALIZED ("
    "  SELECT site.number, site.school, site.id, place.first,"
    "  CASE WHEN generation = ?1 THEN confirmed ELSE 0 END FROM site"
    "  JOIN place ON place.record = site.id"
    "  LEFT JOIN site_state ON site_state.number = site.number"
    "  WHERE revoked_on IS NULL),"
    " receipt(dossier, site, place) AS MATERIALIZED ("
    "  SELECT dossier, site, max(place.last) FROM purge_receipt"
    "  JOIN place ON place.record = purge_receipt.id"
    "  GROUP BY dossier, site),"
    " latest(school, dossier, closed) AS MATERIALIZED ("
    "  SELECT school, dossier, closed FROM (SELECT school, dossier, closed,"
    "   max(opened) FROM grants GROUP BY school, dossier)"
    "  WHERE closed > 0)"
    " SELECT number, count(*), sum(coalesce(confirmed, 0) >= closed),"
    "  min(CASE WHEN coalesce(confirmed, 0) < closed THEN"
    "   (SELECT received FROM ledger WHERE sequence = closed) END)"
    " FROM latest JOIN computer USING (school)"
    " LEFT JOIN receipt ON receipt.dossier = latest.dossier"
    "  AND receipt.site = computer.record"
    " WHERE joined < closed AND coalesce(place, 0) < closed"
    " GROUP BY number ORDER BY number";

enum status
unpurged_each(struct replica *replica, unpurged_visitor *visit, void *context,
    struct error *err)
{
	struct unpurged unpurged;
	uint64_t generation;
	enum status status;
	struct sql *row;

	status = replica_meta_get(replica, "generation", 0, &generation, err);
	if (status != STATUS_OK)
		return status;
	row = table_query(replica, unconfirmed, "i", generation);
	while ((status = sql_step(row, err)) == STATUS_OK) {
		unpurged = (struct unpurged){
			.site = (uint32_t)table_integer(row, 0),
			.past = table_integer(row, 2),
			.since_ms = table_integer(row, 3),
		};
		unpurged.files = table_integer(row, 1) - unpurged.past;
		visit(context, &unpurged);
	}
	sql_release(row);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}
