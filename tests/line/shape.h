/* What a line does to what is sent over it, and the dice that decide. */
#ifndef TESTS_LINE_SHAPE_H
#define TESTS_LINE_SHAPE_H

#include <stdint.h>

struct shape {
	double rate_bits; /* a second, each way; 0 is no limit */
	double delay_ns;  /* one way */
	double loss;      /* share, 0 to 1, of segments or packets */
	double reorder;   /* share of packets that others overtake */
	double duplicate; /* share of packets that arrive twice */
};

/* splitmix64, as a number from 0 up to 1 */
static inline double
dice_throw(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (double)((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
}

#endif
