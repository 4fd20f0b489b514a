/*
 * What the hub writes because of a step: grants first, so that in the stream a
 * school's right to a dossier comes before what it may read there.
 *
 * Each runs after the cause was folded, with a writer that gives out the
 * cause's free numbers.
 */
#ifndef SERVER_CORE_CONSEQUENCES_H
#define SERVER_CORE_CONSEQUENCES_H

#include "server/core/hub_write.h"

struct admission;

/* A child begins: its school holds it. */
enum status follow_creation(struct admission *admission,
    struct hub_writer *writer, struct error *err);

/* An envelope to the destination; answered at once where it was expecting
 * the child. */
enum status follow_opened(struct admission *admission,
    struct hub_writer *writer, struct error *err);

/* The holding passes; the previous holder keeps what it had. */
enum status follow_accepted(struct admission *admission,
    struct hub_writer *writer, struct error *err);

/* The envelope is withdrawn, the destination's grant ends. */
enum status follow_cancelled(struct admission *admission,
    struct hub_writer *writer, struct error *err);

/* The destination answered: it may read and write; or it has no more to do
 * with the child. */
enum status follow_ours(struct admission *admission, struct hub_writer *writer,
    struct error *err);

enum status follow_not_ours(struct admission *admission,
    struct hub_writer *writer, struct error *err);

#endif
