// SPDX-License-Identifier: GPL-2.0-only
/*
 * Offsets of the fields of an event and numbers of the enums, for comparison with
 * lib/liboom_embedded.abi: programs built with older ones must go on working.
 */
#include <stddef.h>
#include <stdio.h>

#include "oom_embedded.h"

#define FIELD(field)                                       \
	printf("event.%s %zu %zu\n", #field,               \
	       offsetof(struct oom_embedded_event, field), \
	       sizeof(((struct oom_embedded_event *)0)->field))
#define SELF_FIELD(field)                                 \
	printf("self.%s %zu %zu\n", #field,               \
	       offsetof(struct oom_embedded_self, field), \
	       sizeof(((struct oom_embedded_self *)0)->field))
#define VALUE(name) printf("%s %d\n", #name, (int)(name))

int main(void)
{
	FIELD(size);
	FIELD(type);
	FIELD(seq);
	FIELD(missed);
	FIELD(kind);
	FIELD(outcome);
	FIELD(trigger_pid);
	FIELD(trigger_comm);
	FIELD(victim_pid);
	FIELD(victim_comm);
	FIELD(victim_rank);
	FIELD(victim_rss_kb);
	FIELD(uid);
	FIELD(level);
	FIELD(level_was);
	FIELD(available_kb);
	FIELD(memcg);
	FIELD(left_ms);
	/* A field that is appended goes here, and into the list. */
	printf("event %zu\n", sizeof(struct oom_embedded_event));
	SELF_FIELD(rank);
	SELF_FIELD(source);
	SELF_FIELD(verdict);
	printf("self %zu\n", sizeof(struct oom_embedded_self));
	VALUE(OOM_EMBEDDED_NOTHING);
	VALUE(OOM_EMBEDDED_OOM);
	VALUE(OOM_EMBEDDED_DETAILS);
	VALUE(OOM_EMBEDDED_VICTIM);
	VALUE(OOM_EMBEDDED_NO_VICTIM);
	VALUE(OOM_EMBEDDED_LEVEL);
	VALUE(OOM_EMBEDDED_LIMIT);
	VALUE(OOM_EMBEDDED_LOST);
	VALUE(OOM_EMBEDDED_LEVEL_UNKNOWN);
	VALUE(OOM_EMBEDDED_LEVEL_NORMAL);
	VALUE(OOM_EMBEDDED_LEVEL_WARNING);
	VALUE(OOM_EMBEDDED_LEVEL_CRITICAL);
	VALUE(OOM_EMBEDDED_LEVEL_IMMINENT_OOM);
	VALUE(OOM_EMBEDDED_LEVEL_OOM);
	VALUE(OOM_EMBEDDED_ACKNOWLEDGE);
	VALUE(OOM_EMBEDDED_NO_RANK);
	return 0;
}
