/*
 * Why the hub did not take a commit.  Numbers are part of the protocol and
 * never change meaning.
 */
#ifndef PROTOCOL_REFUSAL_H
#define PROTOCOL_REFUSAL_H

#include <stdbool.h>
#include <stdint.h>

/* What the author's computer does with the refused commit. */
enum refusal_remedy {
	REMEDY_NONE,      /* it was not refused */
	REMEDY_SET_ASIDE, /* shown to its author with the reason */
	REMEDY_AGAIN,     /* goes again by itself, unchanged */
	REMEDY_RESTAMP,   /* goes again with a corrected stamp */
};

/* name, number, remedy, a sentence for the author */
#define REFUSAL_LIST(X)                                                        \
	X(NONE, 0, NONE, "It was taken.")                                      \
	X(SITE, 1, SET_ASIDE, "Its numbers belong to another computer.")       \
	X(BYTES, 2, SET_ASIDE, "It is not in the form that the hub reads.")    \
	X(LIMIT, 3, SET_ASIDE, "It is larger than the hub allows.")            \
	X(UNKNOWN, 4, SET_ASIDE,                                               \
	    "It uses a kind of record or a field that the hub does not know; " \
	    "it can be tried again after the hub has been upgraded.")          \
	X(TYPE, 5, SET_ASIDE, "A value does not fit its field.")               \
	X(REUSED, 6, SET_ASIDE,                                                \
	    "Its number was already used for something else; this computer "   \
	    "may be a copy of another.")                                       \
	X(DOSSIER, 7, SET_ASIDE,                                               \
	    "The file that it belongs to does not exist, or the record lies "  \
	    "in another file.")                                                \
	X(GONE, 8, SET_ASIDE, "The file that it belongs to was destroyed.")    \
	X(AUTHOR, 9, SET_ASIDE, "Its author is not on this school's staff.")   \
	X(CLOCK, 10, RESTAMP, "This computer's clock is ahead.")               \
	X(RIGHTS, 11, SET_ASIDE, "This school may not write that.")            \
	X(DEPENDS, 12, SET_ASIDE,                                              \
	    "It builds on something that the hub does not have.")              \
	X(STALE, 13, SET_ASIDE,                                                \
	    "Another school or computer decided this first.")                  \
	X(STEP, 14, SET_ASIDE, "That step cannot be taken from here.")         \
	X(SEALED, 15, SET_ASIDE, "Its seal is not right.")                     \
	X(QUOTA, 16, SET_ASIDE, "This computer has sent too much.")            \
	X(LATER, 17, AGAIN,                                                    \
	    "The hub is being restored; it will be sent then.")                \
	X(BUSY, 18, AGAIN, "The hub is busy; it will be sent again.")

enum refusal {
#define REFUSAL_ENUM(name, number, remedy, text) REFUSAL_##name = number,
	REFUSAL_LIST(REFUSAL_ENUM)
#undef REFUSAL_ENUM
	REFUSAL_COUNT
};

/* "RIGHTS"; "UNKNOWN_77" never: an unknown number gives "OTHER". */
const char *refusal_name(uint32_t number);

const char *refusal_text(uint32_t number);

/* The hub lacks what the commit builds on.  While that waits as well, because
 * it was refused for its stamp or is still to be sent, the commit goes again
 * unchanged. */
bool refusal_is_for_want(uint32_t number);

/* An unknown number is set aside. */
enum refusal_remedy refusal_remedy(uint32_t number);

#endif
