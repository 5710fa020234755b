// SPDX-License-Identifier: GPL-2.0-only
/*
 * hear_states SOCKET: the states that systemd would hear; a line a state, as long as it runs.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	char state[256];
	ssize_t got;

	if (argc != 2 || strlen(argv[1]) >= sizeof(address.sun_path))
		return 2;
	strcpy(address.sun_path, argv[1]);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address))) {
		perror(argv[1]);
		return 1;
	}
	while ((got = recv(fd, state, sizeof(state) - 1, 0)) >= 0) {
		state[got] = '\0';
		printf("%s\n", state);
		fflush(stdout);
	}
	return 1;
}
