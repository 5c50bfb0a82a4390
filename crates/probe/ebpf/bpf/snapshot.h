/* What is there now: every socket of every process in every namespace, and every process, each in
 * one pass that user space starts by reading a file. */
#ifndef SCOPE_SNAPSHOT_H
#define SCOPE_SNAPSHOT_H

#include "tcp.h"

/* `sun_family`, before the path of a `struct sockaddr_un`. */
#define FAMILY_BYTES 2

INLINE u64 inode_of(struct sock *sock)
{
	struct socket *socket = READ(sock, sk_socket);
	if (!socket)
		return 0;
	struct file *file = READ(socket, file);
	struct inode *inode = READ(file, f_inode);
	return READ(inode, i_ino);
}

INLINE long inet_socket(struct seq_file *to, struct sock *sock, struct socket_record *socket)
{
	struct inet_socket_record record = {};

	record.socket = *socket;
	fill_addresses(&record.inet.addresses, sock, socket->family, 1);
	record.inet.addresses.local_port = sock->__sk_common.skc_num;
	if (socket->protocol == PROTOCOL_TCP && socket->state == TCP_LISTEN) {
		record.inet.backlog = sock->sk_ack_backlog;
	} else if (socket->protocol == PROTOCOL_TCP) {
		/* A pointer whose type the verifier knows is read without a call for each field. */
		struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sock);
		if (tcp) {
			record.inet.sent_bytes = tcp->bytes_sent - tcp->bytes_retrans;
			record.inet.received_bytes = tcp->bytes_received;
			record.inet.srtt_micros = tcp->srtt_us >> 3;
			record.inet.retransmits = tcp->total_retrans;
		}
	}
	return bpf_seq_write(to, &record, sizeof(record));
}

INLINE long unix_socket(struct seq_file *to, struct sock *sock, struct socket_record *socket)
{
	struct unix_socket_record record = {};
	struct unix_sock *own = (struct unix_sock *)sock;
	struct unix_address *address = READ(own, addr);
	struct sock *peer = READ(own, peer);

	record.socket = *socket;
	record.unix_socket.netns = sock->__sk_common.skc_net.net->ns.inum;
	if (address) {
		int bytes = READ(address, len) - FAMILY_BYTES;
		const char *name = (const char *)__builtin_preserve_access_index(&address->name);
		record.unix_socket.path_bytes = bytes < 0 ? 0 : bytes;
		bpf_probe_read_kernel(record.unix_socket.path, UNIX_PATH_BYTES, name + FAMILY_BYTES);
	}
	if (peer) {
		record.unix_socket.peer_socket = (u64)peer;
		record.unix_socket.peer_inode = inode_of(peer);
	}
	return bpf_seq_write(to, &record, sizeof(record));
}

/* What is told of any socket; false for one of another family. `task` and `file` are known to be
 * there: read from the context once more, they would not be. */
INLINE int fill_socket(struct socket_record *record, u32 descriptor, struct task_struct *task,
		       struct file *file, struct sock *sock, struct socket *socket)
{
	record->family = sock->__sk_common.skc_family;
	if (record->family != AF_INET && record->family != AF_INET6 && record->family != AF_UNIX)
		return 0;
	record->state = sock->__sk_common.skc_state;
	record->protocol = sock->sk_protocol;
	record->pid = pid_namespace == HOST_PID_NAMESPACE ? (u32)task->tgid : pid_of(task);
	record->fd = descriptor;
	record->type = socket->type;
	record->inode = file->f_inode->i_ino;
	record->socket = (u64)sock;
	return 1;
}

INLINE long tell_socket(struct seq_file *to, struct sock *sock, struct socket_record *record)
{
	if (record->family == AF_UNIX)
		return unix_socket(to, sock, record);
	return inet_socket(to, sock, record);
}

SECTION("iter/task_file")
int all_sockets(struct bpf_iter__task_file *context)
{
	struct file *file = context->file;
	struct task_struct *task = context->task;
	struct socket_record record = {};

	if (!file || !task)
		return 0;
	struct socket *socket = bpf_sock_from_file(file);
	if (!socket)
		return 0;
	struct sock *sock = socket->sk;
	if (!sock)
		return 0;
	if (fill_socket(&record, context->fd, task, file, sock, socket))
		tell_socket(context->meta->seq, sock, &record);
	return 0;
}

INLINE u64 resident_pages(struct mm_struct *memory)
{
	struct mm_struct___before_6_2 *old = (void *)memory;

	/* Of files, anonymous, and shared; what is swapped out (2) is not resident. */
	if (FIELD_EXISTS(old->rss_stat.count))
		return READ(old, rss_stat.count[0].counter) + READ(old, rss_stat.count[1].counter) +
		       READ(old, rss_stat.count[3].counter);
	return READ(memory, rss_stat[0].count) + READ(memory, rss_stat[1].count) +
	       READ(memory, rss_stat[3].count);
}

INLINE void fill_task(struct task_record *record, struct task_struct *task)
{
	struct nsproxy *namespaces = task->nsproxy;

	record->pid = pid_of(task);
	record->parent = pid_of(task->real_parent);
	record->threads = task->signal->nr_threads;
	record->netns = namespaces ? namespaces->net_ns->ns.inum : 0;
	record->uid = task->cred->uid.val;
	record->cgroup = cgroup_of(task);
	record->start_nanos = task->start_boottime;
	record->user_nanos = task->signal->utime + task->utime;
	record->system_nanos = task->signal->stime + task->stime;
	READ_INTO(&record->comm, &task->comm);
}

/* Too big for the stack of a program; only one pass runs at a time. */
static struct task_record task_room;

SECTION("iter.s/task")
int all_processes(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;
	struct task_record *record = &task_room;

	if (!task || task->pid != task->tgid)
		return 0;
	fill_task(record, task);
	record->resident_pages = 0;
	record->args_bytes = 0;
	struct mm_struct *memory = task->mm;
	if (memory) {
		unsigned long from = memory->arg_start;
		u64 bytes = memory->arg_end - from;
		record->resident_pages = resident_pages(memory);
		if (bytes > ARGS_BYTES - 1)
			bytes = ARGS_BYTES - 1;
		if (bytes && !bpf_copy_from_user_task(record->args, bytes, (void *)from, task, 0))
			record->args_bytes = bytes;
	}
	bpf_seq_write(context->meta->seq, record, sizeof(*record));
	return 0;
}

#endif
