/* Every socket that is not as it was told, in one pass, and of each process how many it holds.
 *
 * What was told is remembered with the socket itself, so that it is forgotten when the socket is. The
 * sums tell user space what is gone: it knows what was there. A program may be run a second time for
 * a socket whose record found no room in the reader's buffer; so nothing is noted until it is told.
 */
#ifndef SCOPE_CHANGES_H
#define SCOPE_CHANGES_H

#include "snapshot.h"

struct {
	MAP_NUMBER(type, BPF_MAP_TYPE_SK_STORAGE);
	MAP_NUMBER(map_flags, BPF_F_NO_PREALLOC);
	MAP_TYPE(key, int);
	MAP_TYPE(value, struct told);
} told_sockets SECTION(".maps");

/* User space takes out those that ended, and those to be told whole. */
struct {
	MAP_NUMBER(type, BPF_MAP_TYPE_HASH);
	MAP_NUMBER(map_flags, BPF_F_NO_PREALLOC);
	MAP_NUMBER(max_entries, 65536);
	MAP_TYPE(key, u32);
	MAP_TYPE(value, struct known_holder);
} known_holders SECTION(".maps");

struct {
	MAP_NUMBER(type, BPF_MAP_TYPE_ARRAY);
	MAP_NUMBER(max_entries, 1);
	MAP_TYPE(key, u32);
	MAP_TYPE(value, struct pass_state);
} pass SECTION(".maps");

/* Between passes. Processes that the reader cannot name have the number 0. */
#define NO_HOLDER 0xffffffffU

/* The golden ratio as a fraction of 2^64, which spreads numbers that are close to each other. */
#define SPREAD 0x9e3779b97f4a7c15ULL

INLINE u64 mixed(u64 hash, u64 with)
{
	hash = (hash ^ with) * SPREAD;
	return hash ^ hash >> 32;
}

/* What a socket adds to the sum of its process; `Holder::share_of` of src/snapshot.rs. Inodes follow
 * each other, so that plain sums of different ones are often equal; addresses of sockets are used
 * again at once. */
INLINE u64 share_of(u64 inode)
{
	return mixed(mixed(0, inode), SPREAD);
}

/* All that is told of a socket, in few bits. */
INLINE u32 signature_of(struct sock *sock, struct socket_record *record)
{
	u64 hash = mixed(record->state, (u64)record->protocol << 32 |
						(u32)sock->__sk_common.skc_num << 16 |
						sock->__sk_common.skc_dport);

	if (record->family == AF_UNIX) {
		struct unix_sock *own = (struct unix_sock *)sock;
		struct sock *peer = READ(own, peer);
		hash = mixed(hash, (u64)READ(own, addr));
		hash = mixed(hash, (u64)peer);
		return peer ? mixed(hash, inode_of(peer)) : hash;
	}
	hash = mixed(hash, (u64)sock->__sk_common.skc_daddr << 32 | sock->__sk_common.skc_rcv_saddr);
	if (record->protocol == PROTOCOL_TCP && record->state == TCP_LISTEN)
		return mixed(hash, sock->sk_ack_backlog > 0);
	if (record->protocol == PROTOCOL_TCP) {
		struct tcp_sock *tcp = bpf_skc_to_tcp_sock(sock);
		if (!tcp)
			return hash;
		/* Whatever is counted moves one of these, and they are side by side: the counters
		 * themselves are in four other lines of the cache. What is sent again moves none of
		 * them until it arrives, but only what is on its way is sent again. */
		hash = mixed(hash, (u64)tcp->rcv_nxt << 32 | tcp->snd_nxt);
		hash = mixed(hash, (u64)tcp->snd_una << 32 | tcp->srtt_us);
		return tcp->packets_out ? mixed(hash, tcp->total_retrans) : hash;
	}
	if (record->family == AF_INET6) {
		/* A socket of UDP may be connected anew. */
		u64 remote[2] = {};
		READ_INTO((struct in6_addr *)remote, &sock->__sk_common.skc_v6_daddr);
		hash = mixed(mixed(hash, remote[0]), remote[1]);
	}
	return hash;
}

INLINE long tell_holder(struct seq_file *to, struct pass_state *pass)
{
	struct holder_record record = {};

	record.kind = HOLDER_RECORD;
	record.is_whole = pass->is_whole;
	record.pid = pass->pid;
	record.sockets = pass->sockets;
	record.sum = pass->sum;
	return bpf_seq_write(to, &record, sizeof(record));
}

/* Whether a process is to be told whole: it is new, or user space asked for it. */
INLINE int is_told_whole(struct pass_state *pass, u32 pid)
{
	struct known_holder *known = bpf_map_lookup_elem(&known_holders, &pid);

	return !known || known->generation != pass->generation || known->pass == pass->pass;
}

INLINE void begin_holder(struct pass_state *pass, u32 pid, int is_whole)
{
	pass->pid = pid;
	pass->is_whole = is_whole;
	pass->sockets = 0;
	pass->sum = 0;
	if (is_whole) {
		struct known_holder known = { pass->generation, pass->pass };
		bpf_map_update_elem(&known_holders, &pid, &known, BPF_ANY);
	}
}

SECTION("iter/task_file")
int changed_sockets(struct bpf_iter__task_file *context)
{
	struct seq_file *to = context->meta->seq;
	struct file *file = context->file;
	struct task_struct *task = context->task;
	struct socket_record record = {};
	u32 only = 0;
	struct pass_state *pass_now = bpf_map_lookup_elem(&pass, &only);

	if (!pass_now)
		return 0;
	if (!file || !task) {
		/* The end. */
		if (pass_now->pid != NO_HOLDER && !tell_holder(to, pass_now))
			pass_now->pid = NO_HOLDER;
		return 0;
	}
	struct socket *socket = bpf_sock_from_file(file);
	if (!socket)
		return 0;
	struct sock *sock = socket->sk;
	if (!sock || !fill_socket(&record, context->fd, task, file, sock, socket))
		return 0;
	int is_next = record.pid != pass_now->pid;
	int is_whole = is_next ? is_told_whole(pass_now, record.pid) : (int)pass_now->is_whole;
	struct told *told =
		bpf_sk_storage_get(&told_sockets, sock, 0, BPF_SK_STORAGE_GET_F_CREATE);
	/* By a second descriptor. */
	int is_again = told && told->pass == pass_now->pass && told->pid == record.pid;
	if (is_again && !is_next)
		return 0;
	if (is_next && pass_now->pid != NO_HOLDER && tell_holder(to, pass_now))
		return 0;
	u32 signature = signature_of(sock, &record);
	int is_known = told && told->generation == pass_now->generation &&
		       told->signature == signature;
	if (!is_again && (is_whole || !is_known) && tell_socket(to, sock, &record))
		return 0;
	if (is_next)
		begin_holder(pass_now, record.pid, is_whole);
	if (is_again)
		return 0;
	pass_now->sockets++;
	pass_now->sum += share_of(record.inode);
	if (told) {
		told->generation = pass_now->generation;
		told->pass = pass_now->pass;
		told->pid = record.pid;
		told->signature = signature;
	}
	return 0;
}

#endif
