# SPDX-License-Identifier: GPL-2.0-only
#
# awk -v path=FILE -f put.awk PIDS: writes the lines of PIDS into a file of the module, as many at a time as a write takes.

function put()
{
	printf "%s", text >path
	close(path)
	text = ""
}

{ text = text $0 "\n" }

NR % 300 == 0 { put() }

END { put() }
