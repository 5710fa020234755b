// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions of glibc that Debian's libjansson.a calls and musl does not have: those of
 * _FORTIFY_SOURCE, here without their checks. For variants.sh.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

int __snprintf_chk(char *text, size_t size, int flag, size_t room,
		   const char *format, ...);
int __vsnprintf_chk(char *text, size_t size, int flag, size_t room,
		    const char *format, va_list args);
char *__strncpy_chk(char *to, const char *from, size_t size, size_t room);

int __vsnprintf_chk(char *text, size_t size, int flag, size_t room,
		    const char *format, va_list args)
{
	(void)flag;
	(void)room;
	return vsnprintf(text, size, format, args);
}

int __snprintf_chk(char *text, size_t size, int flag, size_t room,
		   const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = __vsnprintf_chk(text, size, flag, room, format, args);
	va_end(args);
	return length;
}

char *__strncpy_chk(char *to, const char *from, size_t size, size_t room)
{
	(void)room;
	return strncpy(to, from, size);
}
