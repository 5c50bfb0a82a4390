/* The process that calls the kernel: its number, and what its descriptors are. */
#ifndef SCOPE_CALLER_H
#define SCOPE_CALLER_H

#include "calls.h"

/* The process namespace whose numbers are told, by inode: that of the reader. The loader sets it. */
const volatile u32 pid_namespace = HOST_PID_NAMESPACE;

/* The number of the task's process in the reader's namespace; 0 when it is not in there. */
INLINE u32 pid_of(struct task_struct *task)
{
	if (pid_namespace == HOST_PID_NAMESPACE)
		return READ(task, tgid);
	struct task_struct *leader = READ(task, group_leader);
	struct pid *pid = READ(leader, thread_pid);
	struct upid *numbers = (struct upid *)__builtin_preserve_access_index(&pid->numbers);
	u32 level = READ(pid, level);

	for (u32 depth = 0; depth < PID_NAMESPACES_MAX; depth++) {
		/* The layout of a number is old enough to be counted on, and indexing relocates badly. */
		struct {
			int nr;
			struct pid_namespace *ns;
		} number = {};

		if (depth > level)
			break;
		bpf_probe_read_kernel(&number, sizeof(number), (char *)numbers + depth * sizeof(number));
		struct pid_namespace *namespace = number.ns;
		if (READ(namespace, ns.inum) == pid_namespace)
			return number.nr;
	}
	return 0;
}

INLINE struct task_struct *current_task(void)
{
	return (struct task_struct *)bpf_get_current_task();
}

INLINE struct sock *sock_of_descriptor(long descriptor)
{
	struct files_struct *files = READ(current_task(), files);
	struct fdtable *table = READ(files, fdt);
	struct file *file = 0;

	if (descriptor < 0 || descriptor >= READ(table, max_fds))
		return 0;
	struct file **slots = READ(table, fd);
	bpf_probe_read_kernel(&file, sizeof(file), slots + descriptor);
	if (!file)
		return 0;
	struct socket *socket = READ(file, private_data);
	return READ(socket, sk);
}

/* The TCP socket that the descriptor of an accept stands for. */
INLINE struct sock *accepted_tcp(long descriptor)
{
	struct sock *sock = sock_of_descriptor(descriptor);
	if (!sock)
		return 0;
	u16 family = READ(sock, __sk_common.skc_family);
	if ((family != AF_INET && family != AF_INET6) || READ(sock, sk_protocol) != PROTOCOL_TCP)
		return 0;
	return sock;
}

#endif
