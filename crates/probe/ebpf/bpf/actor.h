/* Who does it: the process on the CPU, with its control group, and where records go. */
#ifndef SCOPE_ACTOR_H
#define SCOPE_ACTOR_H

#include "caller.h"
#include "records.h"

/* Events on their way to user space; the loader sets the size. */
struct {
	MAP_NUMBER(type, BPF_MAP_TYPE_RINGBUF);
	MAP_NUMBER(max_entries, 4 << 20);
} ring SECTION(".maps");

/* Events by kind; `LOST` counts those for which the ring had no room. */
struct {
	MAP_NUMBER(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	MAP_NUMBER(max_entries, KINDS);
	MAP_TYPE(key, u32);
	MAP_TYPE(value, u64);
} counts SECTION(".maps");

struct cgroup_name {
	char name[CGROUP_NAME_BYTES];
};

/* Names of control groups, so that an event carries eight bytes instead of the name. */
struct {
	MAP_NUMBER(type, BPF_MAP_TYPE_LRU_HASH);
	MAP_NUMBER(max_entries, 4096);
	MAP_TYPE(key, u64);
	MAP_TYPE(value, struct cgroup_name);
} cgroup_names SECTION(".maps");

/* Ids of version 1 are counted apart from those of version 2. */
#define CGROUP_VERSION_1 (1ULL << 63)

INLINE void count(u32 kind)
{
	u64 *counter = bpf_map_lookup_elem(&counts, &kind);
	if (counter)
		(*counter)++;
}

INLINE struct kernfs_node *version_1_node(struct css_set *set)
{
	struct cgroup_subsys_state *state = 0;

	if (!ENUM_EXISTS(enum cgroup_subsys_id, pids_cgrp_id))
		return 0;
	/* The index of a controller depends on how the kernel was built. */
	int index = ENUM_VALUE(enum cgroup_subsys_id, pids_cgrp_id);
	READ_INTO(&state, &set->subsys[index]);
	if (!state)
		return 0;
	struct cgroup *group = READ(state, cgroup);
	return READ(group, kn);
}

/* The id of the task's control group, its name noted; the root's name is empty, hence the second
 * look at version 1, where a host without a unified hierarchy keeps its containers. */
INLINE u64 cgroup_of(struct task_struct *task)
{
	struct cgroup_name name = {};
	struct css_set *set = READ(task, cgroups);
	struct cgroup *group = READ(set, dfl_cgrp);
	struct kernfs_node *node = READ(group, kn);
	u64 version = 0;
	char first = 0;

	bpf_probe_read_kernel(&first, 1, READ(node, name));
	if (!first) {
		node = version_1_node(set);
		version = CGROUP_VERSION_1;
		if (!node)
			return 0;
		bpf_probe_read_kernel(&first, 1, READ(node, name));
		if (!first)
			return 0;
	}
	u64 id = READ(node, id) | version;
	if (bpf_map_lookup_elem(&cgroup_names, &id))
		return id;
	bpf_probe_read_kernel_str(name.name, sizeof(name.name), READ(node, name));
	bpf_map_update_elem(&cgroup_names, &id, &name, BPF_ANY);
	return id;
}

/* Room for a record, zeroed; none when the ring is full, which is counted. */
#define ROOM(type)                                                                                 \
	({                                                                                         \
		type *room_record = bpf_ringbuf_reserve(&ring, sizeof(type), 0);                   \
		if (room_record)                                                                   \
			__builtin_memset(room_record, 0, sizeof(type));                            \
		else                                                                               \
			count(LOST);                                                               \
		room_record;                                                                       \
	})

/* The reader looks every so often, because waking it for each event costs more than the event. */
INLINE void submit(u8 kind, void *record)
{
	count(kind);
	bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
}

INLINE void fill_head(struct head *head, u8 kind)
{
	head->kind = kind;
	head->time_nanos = bpf_ktime_get_ns();
	head->pid = pid_of(current_task());
	head->cgroup = cgroup_of(current_task());
	bpf_get_current_comm(head->comm, sizeof(head->comm));
}

#endif
