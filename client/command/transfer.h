/*
 * What the files of `throughline transfer` share.
 */
#ifndef CLIENT_COMMAND_TRANSFER_H
#define CLIENT_COMMAND_TRANSFER_H

#include "client/command/command.h"

enum status transfer_open(struct command *command);

enum status transfer_set_text(struct command *command, struct draft *draft,
    int64_t record, const char *column, const char *text);

enum status transfer_set_reference(struct command *command, struct draft *draft,
    int64_t record, const char *column, int64_t target);

#endif
