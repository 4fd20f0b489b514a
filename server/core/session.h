/*
 * The protocol with one site, as a state machine in the order in which it
 * lives.  Purely reactive: frames come in by session_receive, what is to be
 * answered is held until the turn is durable.
 */
#ifndef SERVER_CORE_SESSION_H
#define SERVER_CORE_SESSION_H

#include "protocol/message.h"
#include "server/core/hub_state.h"
#include "server/core/sites.h"

/*
 *	GREETING --HELLO--> SYNCING --GOODBYE, fault, LEAVE, silence--> CLOSED
 *	   |                                                              ^
 *	   +------------ anything else than HELLO ------------------------+
 */
enum session_state {
	SESSION_GREETING,
	SESSION_SYNCING,
	SESSION_CLOSED /* what is in output may still be sent */
};

struct session {
	struct session *next; /* all sessions of the hub */
	struct hub *hub;
	void *user;
	struct site site;
	enum session_state state;
	bool stranger;       /* of a restored hub: only its number is known */
	bool offering;       /* is to say what it holds, before anything else */
	bool of_turn;        /* has a part in what the turn writes */
	bool ends;           /* says goodbye with end_code after the turn */
	uint32_t end_code;   /* enum goodbye_code */
	uint64_t heard_ms;   /* of elapsed_ms, as told_ms below */
	uint64_t turn_bytes; /* of commits brought in this turn */

	struct buffer input;
	struct buffer scratch; /* a decompressed body */
	struct buffer body;    /* one being made */
	struct buffer held;    /* frames that wait for the COMMIT */
	struct buffer output;
	size_t unread_bytes; /* given out and, when last asked, still queued */
	struct arena arena;
	bool use_dictionary;
	uint32_t batch_bytes;
	uint64_t received_bytes; /* since it was last noted */
	uint64_t sent_bytes;

	/* the stream: what the client has stored <= what it was told
	 * <= what was looked through for it <= the head */
	uint64_t confirmed;
	uint64_t cursor;
	uint64_t told;
	uint64_t scanned;
	uint64_t told_ms;

	/* asked for, and not yet answered */
	struct fill fills[LIMIT_FILLS]; /* from moves on as they are sent */
	uint32_t fill_count;
	uint64_t fetches[HUB_QUEUED_FETCHES];
	uint32_t fetch_count;
	bool asked; /* something new since output was last made */
	bool proving;
	uint64_t proving_cursor;

	/* the night (reconcile.h) */
	struct reconcile_run *run;  /* NULL: none is under way */
	uint8_t nonce[NONCE_BYTES]; /* the hub's, for the next one */
	uint32_t runs;              /* of this connection */
	uint64_t run_ms;            /* of elapsed_ms, when the last began */
	uint64_t told_wanted; /* by NIGHT: somebody wants one (nights.h) */
	uint64_t run_wish;    /* that, when the last began */
};

enum status session_create(struct hub *hub, const struct site *site, void *user,
    uint64_t elapsed_ms, struct session **out, struct error *err);

/* Accepts NULL. */
void session_destroy(struct session *session);

/* Whether it gets anything yet: see recovery.h. */
bool session_is_served(const struct session *session);

/* Step with what came.  An error is of this computer. */
enum status session_receive(struct session *session, struct bytes bytes,
    struct error *err);

/* Append a frame with session->body to out. */
enum status session_send(struct session *session, struct buffer *out,
    enum frame_type type, struct error *err);

/* Say why and hang up, now; what is held is dropped. */
void session_goodbye(struct session *session, enum goodbye_code code,
    const char *text);

/* The turn is durable: what was held goes out. */
enum status session_end_turn(struct session *session, struct error *err);

#endif
