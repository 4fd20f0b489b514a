/*
 * What the files of `throughline transfer` share.
 */
#ifndef CLIENT_COMMAND_TRANSFER_H
#define CLIENT_COMMAND_TRANSFER_H

#include "client/command/command.h"
#include "client/transfer/transfer.h"

/* Who takes a step. */
enum status transfer_begin(struct command *command,
    struct transfer_taker *taker);

enum status transfer_open(struct command *command);

#endif
