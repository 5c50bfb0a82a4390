/* TCP: who connects, who accepts, what failed, what closed and what it carried.
 *
 * The state of a socket changes in whatever context the packet arrives in, so the process is noted
 * when it asks (connect, accept) and looked up by the socket's address when the state changes.
 */
#ifndef SCOPE_TCP_H
#define SCOPE_TCP_H

#include "actor.h"

/* The process that a socket belongs to. */
struct owner {
	u64 started_nanos;
	u64 cgroup;
	u32 pid;
	u32 side;
	char comm[COMM_BYTES];
};

struct {
	MAP_NUMBER(type, BPF_MAP_TYPE_LRU_HASH);
	MAP_NUMBER(max_entries, 65536);
	MAP_TYPE(key, u64);
	MAP_TYPE(value, struct owner);
} owners SECTION(".maps");

/* `known`: the verifier knows that this is a socket, so its fields are loaded directly. */
#define SOCK_FIELD(sock, field, known) ((known) ? (sock)->field : READ(sock, field))

INLINE void fill_addresses(struct addresses *to, struct sock *sock, u16 family, const int known)
{
	struct net *net = SOCK_FIELD(sock, __sk_common.skc_net.net, known);

	to->netns = known ? net->ns.inum : READ(net, ns.inum);
	to->remote_port = __builtin_bswap16(SOCK_FIELD(sock, __sk_common.skc_dport, known));
	if (family == AF_INET) {
		*(u32 *)to->local = SOCK_FIELD(sock, __sk_common.skc_rcv_saddr, known);
		*(u32 *)to->remote = SOCK_FIELD(sock, __sk_common.skc_daddr, known);
	} else {
		READ_INTO(&to->local, &sock->__sk_common.skc_v6_rcv_saddr);
		READ_INTO(&to->remote, &sock->__sk_common.skc_v6_daddr);
	}
}

/* `skc_num` is already 0 when a socket closes; this one stays. */
INLINE u16 source_port(struct sock *sock)
{
	return __builtin_bswap16(READ((struct inet_sock *)sock, inet_sport));
}

INLINE void note_owner(struct sock *sock, u32 side)
{
	struct owner owner = {};
	u64 key = (u64)sock;

	owner.started_nanos = bpf_ktime_get_ns();
	owner.pid = pid_of(current_task());
	owner.side = side;
	owner.cgroup = cgroup_of(current_task());
	bpf_get_current_comm(owner.comm, sizeof(owner.comm));
	bpf_map_update_elem(&owners, &key, &owner, BPF_ANY);
}

INLINE void fill_totals(struct tcp_record *record, struct sock *sock)
{
	struct tcp_sock *tcp = (struct tcp_sock *)sock;

	record->sent_bytes = READ(tcp, bytes_sent) - READ(tcp, bytes_retrans);
	record->received_bytes = READ(tcp, bytes_received);
	/* The kernel counts the FIN as a byte received. */
	if (record->received_bytes && sock->__sk_common.skc_flags & (1UL << SOCK_DONE_BIT))
		record->received_bytes--;
	record->srtt_micros = READ(tcp, srtt_us) >> 3;
	record->retransmits = READ(tcp, total_retrans);
}

INLINE void tell(u8 kind, struct sock *sock, struct owner *owner)
{
	struct tcp_record *record = ROOM(struct tcp_record);
	if (!record)
		return;
	record->head.kind = kind;
	record->head.protocol = PROTOCOL_TCP;
	record->head.time_nanos = bpf_ktime_get_ns();
	record->head.family = sock->__sk_common.skc_family;
	if (owner) {
		record->head.pid = owner->pid;
		record->head.side = owner->side;
		record->head.cgroup = owner->cgroup;
		record->started_nanos = owner->started_nanos;
		__builtin_memcpy(record->head.comm, owner->comm, COMM_BYTES);
	}
	record->socket = (u64)sock;
	fill_addresses(&record->addresses, sock, record->head.family, 1);
	record->addresses.local_port = source_port(sock);
	if (kind == FAILED)
		record->error = sock->sk_err;
	if (kind == CLOSED)
		fill_totals(record, sock);
	submit(kind, record);
}

SECTION("tp_btf/inet_sock_set_state")
int tcp_states(u64 *context)
{
	struct sock *sock = (struct sock *)context[0];
	int from = (int)context[1], to = (int)context[2];
	u64 key = (u64)sock;

	if (sock->sk_protocol != PROTOCOL_TCP)
		return 0;
	if (to == TCP_SYN_SENT) {
		/* The source port is not chosen yet: told when it is established or failed. */
		note_owner(sock, SIDE_CLIENT);
	} else if (to == TCP_ESTABLISHED && from == TCP_SYN_SENT) {
		tell(CONNECTED, sock, bpf_map_lookup_elem(&owners, &key));
	} else if (to == TCP_FIN_WAIT1 || to == TCP_LAST_ACK) {
		/* Whoever closes a socket that nobody was seen to open is taken for its owner. */
		if (!bpf_map_lookup_elem(&owners, &key))
			note_owner(sock, SIDE_UNKNOWN);
	} else if (to == TCP_CLOSE && from != TCP_CLOSE && from != TCP_LISTEN && from != TCP_SYN_RECV) {
		u8 kind = from == TCP_SYN_SENT ? FAILED : CLOSED;
		tell(kind, sock, bpf_map_lookup_elem(&owners, &key));
		bpf_map_delete_elem(&owners, &key);
	}
	return 0;
}

INLINE int on_accept(struct syscall_exit *context)
{
	struct sock *sock = accepted_tcp(context->result);
	if (!sock)
		return 0;
	u16 family = READ(sock, __sk_common.skc_family);
	/* A socket that closed before it was accepted will not close again. */
	if (READ(sock, __sk_common.skc_state) != TCP_CLOSE)
		note_owner(sock, SIDE_SERVER);
	struct tcp_record *record = ROOM(struct tcp_record);
	if (!record)
		return 0;
	fill_head(&record->head, ACCEPTED);
	record->head.family = family;
	record->head.side = SIDE_SERVER;
	record->head.protocol = PROTOCOL_TCP;
	record->socket = (u64)sock;
	record->started_nanos = record->head.time_nanos;
	fill_addresses(&record->addresses, sock, family, 0);
	record->addresses.local_port = source_port(sock);
	submit(ACCEPTED, record);
	return 0;
}

SECTION("tracepoint/syscalls/sys_exit_accept")
int tcp_accept(struct syscall_exit *context)
{
	return on_accept(context);
}

SECTION("tracepoint/syscalls/sys_exit_accept4")
int tcp_accept4(struct syscall_exit *context)
{
	return on_accept(context);
}

#endif
