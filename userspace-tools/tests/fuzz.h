/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef OE_FUZZ_H
#define OE_FUZZ_H

/*
 * Shared by the fuzzers. Each fuzz_NAME.c is libFuzzer's way into one reader of text that others
 * write ("make fuzz"), and with REPLAY a program that reads the files of corpus/NAME, for which no
 * clang is needed.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Only text is printed to a terminal. */
static inline void must_be_text(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			abort();
}

/* A piece of the input: @skip bytes off its beginning. */
static inline void move_on(const uint8_t **data, size_t *size, size_t skip)
{
	*data += skip;
	*size -= skip;
}

#ifdef REPLAY
int main(int argc, char **argv)
{
	static uint8_t data[64 * 1024];

	for (int i = 1; i < argc; i++) {
		FILE *stream = fopen(argv[i], "r");

		if (!stream)
			return 1;
		LLVMFuzzerTestOneInput(data,
				       fread(data, 1, sizeof(data), stream));
		fclose(stream);
	}
	return argc < 2;
}
#endif

#endif
