/* UDP: per process and pair of addresses, what was sent and received.
 *
 * The tracepoints after each send and receive know the socket and the bytes, but the other side of
 * an unconnected socket only the control group hooks know, which run just before on the same
 * thread: they leave the address for the tracepoint.
 */
#ifndef SCOPE_UDP_H
#define SCOPE_UDP_H

#include "tcp.h"

/* Whether the tracepoints with the lengths run; the loader knows. */
const volatile u8 lengths_are_told = 1;

struct other_side {
	u8 address[16];
	u16 port;
	u16 family;
};

/* By thread: the address named by the call under way. */
struct {
	MAP_NUMBER(type, BPF_MAP_TYPE_LRU_HASH);
	MAP_NUMBER(max_entries, 8192);
	MAP_TYPE(key, u64);
	MAP_TYPE(value, struct other_side);
} other_sides SECTION(".maps");

struct {
	MAP_NUMBER(type, BPF_MAP_TYPE_LRU_HASH);
	MAP_NUMBER(max_entries, 16384);
	MAP_TYPE(key, struct udp_key);
	MAP_TYPE(value, struct udp_counts);
} udp_flows SECTION(".maps");

/* An IPv6 socket may speak IPv4: the address is written in the socket's family. */
INLINE void fill_other_side(struct udp_key *key, struct other_side *side)
{
	key->addresses.remote_port = side->port;
	if (side->family == AF_INET && key->family == AF_INET6) {
		__builtin_memset(key->addresses.remote, 0, 10);
		key->addresses.remote[10] = 0xff;
		key->addresses.remote[11] = 0xff;
		*(u32 *)(key->addresses.remote + 12) = *(u32 *)side->address;
	} else {
		__builtin_memcpy(key->addresses.remote, side->address, 16);
	}
}

/* Who sends first asks. */
INLINE struct udp_counts *opened_flow(struct udp_key *key, const int sent)
{
	struct udp_counts none = {};

	none.first_nanos = bpf_ktime_get_ns();
	none.cgroup = cgroup_of(current_task());
	bpf_get_current_comm(none.comm, sizeof(none.comm));
	none.side = sent ? SIDE_CLIENT : SIDE_SERVER;
	bpf_map_update_elem(&udp_flows, key, &none, BPF_NOEXIST);
	struct udp_record *record = ROOM(struct udp_record);
	if (record) {
		fill_head(&record->head, UDP_OPENED);
		record->head.family = key->family;
		record->head.protocol = PROTOCOL_UDP;
		record->head.side = none.side;
		record->key = *key;
		submit(UDP_OPENED, record);
	}
	return bpf_map_lookup_elem(&udp_flows, key);
}

INLINE struct udp_counts *flow_of(struct udp_key *key, const int sent)
{
	struct udp_counts *flow = bpf_map_lookup_elem(&udp_flows, key);
	if (!flow)
		flow = opened_flow(key, sent);
	if (flow)
		flow->last_nanos = bpf_ktime_get_ns();
	return flow;
}

/* Before 6.3 no tracepoint tells the lengths: datagrams are counted here, without their bytes. */
INLINE void count_datagram(struct bpf_sock_addr *context, struct other_side *side, const int sent)
{
	struct udp_key key = {};
	struct bpf_sock *sock = context->sk;
	u32 *words = (u32 *)key.addresses.local;

	if (!sock)
		return;
	key.family = sock->family;
	key.pid = pid_of(current_task());
	if (!key.pid)
		return;
	struct nsproxy *namespaces = READ(current_task(), nsproxy);
	struct net *net = READ(namespaces, net_ns);
	key.addresses.netns = READ(net, ns.inum);
	key.addresses.local_port = sock->src_port;
	if (key.family == AF_INET) {
		words[0] = sock->src_ip4;
	} else {
		words[0] = sock->src_ip6[0];
		words[1] = sock->src_ip6[1];
		words[2] = sock->src_ip6[2];
		words[3] = sock->src_ip6[3];
	}
	fill_other_side(&key, side);
	struct udp_counts *flow = flow_of(&key, sent);
	if (flow)
		__sync_fetch_and_add(sent ? &flow->sent_packets : &flow->received_packets, 1);
}

INLINE int on_datagram(struct bpf_sock_addr *context, u16 family, const int sent)
{
	struct other_side side = {};
	u64 thread = bpf_get_current_pid_tgid();
	u32 *words = (u32 *)side.address;

	if (family == AF_INET) {
		words[0] = context->user_ip4;
	} else {
		words[0] = context->user_ip6[0];
		words[1] = context->user_ip6[1];
		words[2] = context->user_ip6[2];
		words[3] = context->user_ip6[3];
	}
	side.port = __builtin_bswap16((u16)context->user_port);
	side.family = family;
	if (lengths_are_told)
		bpf_map_update_elem(&other_sides, &thread, &side, BPF_ANY);
	else
		count_datagram(context, &side, sent);
	return 1;
}

SECTION("cgroup/sendmsg4")
int udp_sendmsg4(struct bpf_sock_addr *context)
{
	return on_datagram(context, AF_INET, 1);
}

SECTION("cgroup/sendmsg6")
int udp_sendmsg6(struct bpf_sock_addr *context)
{
	return on_datagram(context, AF_INET6, 1);
}

SECTION("cgroup/recvmsg4")
int udp_recvmsg4(struct bpf_sock_addr *context)
{
	return on_datagram(context, AF_INET, 0);
}

SECTION("cgroup/recvmsg6")
int udp_recvmsg6(struct bpf_sock_addr *context)
{
	return on_datagram(context, AF_INET6, 0);
}

INLINE int on_length(u64 *context, const int sent)
{
	struct sock *sock = (struct sock *)context[0];
	int bytes = (int)context[1];
	int flags = (int)context[2];
	struct udp_key key = {};
	u64 thread = bpf_get_current_pid_tgid();

	if (sock->sk_protocol != PROTOCOL_UDP)
		return 0;
	struct other_side *side = bpf_map_lookup_elem(&other_sides, &thread);
	key.family = sock->__sk_common.skc_family;
	key.pid = pid_of(current_task());
	fill_addresses(&key.addresses, sock, key.family, 1);
	key.addresses.local_port = sock->__sk_common.skc_num;
	if (side) {
		fill_other_side(&key, side);
		bpf_map_delete_elem(&other_sides, &thread);
	}
	/* Failed, only looked at (MSG_PEEK), from nobody knows where, or not the reader's business. */
	if (bytes < 0 || (!sent && flags & 2) || !key.addresses.remote_port || !key.pid)
		return 0;
	struct udp_counts *flow = flow_of(&key, sent);
	if (!flow)
		return 0;
	__sync_fetch_and_add(sent ? &flow->sent_packets : &flow->received_packets, 1);
	__sync_fetch_and_add(sent ? &flow->sent_bytes : &flow->received_bytes, bytes);
	return 0;
}

SECTION("tp_btf/sock_send_length")
int udp_sent(u64 *context)
{
	return on_length(context, 1);
}

SECTION("tp_btf/sock_recv_length")
int udp_received(u64 *context)
{
	return on_length(context, 0);
}

#endif
