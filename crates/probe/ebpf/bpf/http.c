/* HTTP at a glance: requests, outcomes and latency per serving process, from packets that pass by.
 *
 * An object of its own, loaded only when asked for. A request is counted where it enters a socket
 * that some process accepted, an answer where it leaves. Only the first bytes of a packet, or of
 * an HTTP/2 frame, are looked at; nothing of them is kept but the status.
 */
#include "caller.h"

#define CONNECTIONS_MAX 16384
#define STREAMS_MAX 16384
#define SERVERS_MAX 4096
#define LATENCY_BUCKETS 24
/* Frames of one packet that are looked at. */
#define FRAMES_MAX 12
#define FRAME_HEAD_BYTES 9
#define FRAME_BYTES_MAX (1 << 20)
#define PREFACE_BYTES 24

enum { HTTP_1 = 1, HTTP_2 = 2 };
enum { FRAME_HEADERS = 1, FRAME_RESET = 3, FRAME_TYPE_LAST = 9 };
enum { FLAG_PADDED = 0x08, FLAG_PRIORITY = 0x20 };

/* On the time of a request that came before its connection was accepted, so that nobody could be
 * told to have been asked: it is counted with its answer. */
#define UNCOUNTED (1ULL << 63)

/* One connection in so many is looked at; the loader sets it. */
const volatile u32 sample_one_in = 1;

struct http_owner {
	u32 pid;
	u32 netns;
	u16 port;
	u16 padding;
};

struct http_connection {
	u64 asked_nanos;
	u32 asked_at;
	/* Where the next frame begins, by TCP sequence number, each way. */
	u32 request_next;
	u32 response_next;
	u8 version;
	u8 response_is_known;
	u8 padding[2];
};

struct http_stream {
	u64 socket;
	u32 stream;
	u32 padding;
};

struct http_server {
	u32 pid;
	u32 netns;
	u16 port;
	u16 version;
};

struct http_counts {
	u64 requests;
	u64 responses;
	u64 client_errors;
	u64 server_errors;
	u64 unknown;
	u64 latency_nanos;
	u64 last_nanos;
	u64 latency[LATENCY_BUCKETS];
};

_Static_assert(sizeof(struct http_owner) == 12, "http_owner");
_Static_assert(sizeof(struct http_server) == 12, "http_server");
_Static_assert(sizeof(struct http_counts) == 248, "http_counts");

struct {
	MAP_NUMBER(type, BPF_MAP_TYPE_LRU_HASH);
	MAP_NUMBER(max_entries, CONNECTIONS_MAX);
	MAP_TYPE(key, u64);
	MAP_TYPE(value, struct http_owner);
} http_owners SECTION(".maps");

struct {
	MAP_NUMBER(type, BPF_MAP_TYPE_LRU_HASH);
	MAP_NUMBER(max_entries, CONNECTIONS_MAX);
	MAP_TYPE(key, u64);
	MAP_TYPE(value, struct http_connection);
} http_connections SECTION(".maps");

struct {
	MAP_NUMBER(type, BPF_MAP_TYPE_LRU_HASH);
	MAP_NUMBER(max_entries, STREAMS_MAX);
	MAP_TYPE(key, struct http_stream);
	MAP_TYPE(value, u64);
} http_streams SECTION(".maps");

struct {
	MAP_NUMBER(type, BPF_MAP_TYPE_LRU_HASH);
	MAP_NUMBER(max_entries, SERVERS_MAX);
	MAP_TYPE(key, struct http_server);
	MAP_TYPE(value, struct http_counts);
} http_servers SECTION(".maps");

/* The TCP part of a packet. */
struct segment {
	u64 socket;
	u32 offset;
	u32 bytes;
	u32 sequence;
	/* Of the side that sent it. */
	u16 port;
};

INLINE int read_segment(struct __sk_buff *packet, struct segment *segment)
{
	u8 first = 0, protocol = 0, tcp_words = 0;
	u32 at;

	bpf_skb_load_bytes(packet, 0, &first, 1);
	if (first >> 4 == 4) {
		at = (first & 0x0f) * 4;
		bpf_skb_load_bytes(packet, 9, &protocol, 1);
	} else {
		at = 40;
		bpf_skb_load_bytes(packet, 6, &protocol, 1);
	}
	if (protocol != PROTOCOL_TCP)
		return 0;
	struct bpf_sock *sock = packet->sk;
	if (!sock)
		return 0;
	sock = bpf_sk_fullsock(sock);
	if (!sock)
		return 0;
	bpf_skb_load_bytes(packet, at + 12, &tcp_words, 1);
	bpf_skb_load_bytes(packet, at, &segment->port, 2);
	bpf_skb_load_bytes(packet, at + 4, &segment->sequence, 4);
	segment->sequence = __builtin_bswap32(segment->sequence);
	segment->offset = at + (tcp_words >> 4) * 4;
	if (packet->len <= segment->offset)
		return 0;
	segment->bytes = packet->len - segment->offset;
	segment->socket = (u64)sock;
	return 1;
}

/* The counts of the process that owns the socket; none when it is not known to be a server. */
INLINE struct http_counts *counts_of(u64 socket, u16 version)
{
	struct http_server server = {};
	struct http_owner *owner = bpf_map_lookup_elem(&http_owners, &socket);

	if (!owner)
		return 0;
	server.pid = owner->pid;
	server.netns = owner->netns;
	server.port = owner->port;
	server.version = version;
	struct http_counts *counts = bpf_map_lookup_elem(&http_servers, &server);
	if (counts)
		return counts;
	/* As the value to begin with: too large for the stack beside the rest. */
	static const struct http_counts none;
	bpf_map_update_elem(&http_servers, &server, &none, BPF_NOEXIST);
	return bpf_map_lookup_elem(&http_servers, &server);
}

/* Counts a request; answers its time, marked when it could not be counted yet. */
INLINE u64 count_request(u64 socket, u16 version)
{
	u64 now = bpf_ktime_get_ns();
	struct http_counts *counts = counts_of(socket, version);

	if (!counts)
		return now | UNCOUNTED;
	__sync_fetch_and_add(&counts->requests, 1);
	counts->last_nanos = now;
	return now;
}

/* `hundreds`: of the status; 0 when it could not be read. */
INLINE void count_response(u64 socket, u16 version, u32 hundreds, u64 asked_nanos)
{
	struct http_counts *counts = counts_of(socket, version);
	u64 now = bpf_ktime_get_ns();
	u64 latency = now - (asked_nanos & ~UNCOUNTED);
	u32 bucket = 0;

	if (!counts)
		return;
	if (asked_nanos & UNCOUNTED)
		__sync_fetch_and_add(&counts->requests, 1);
	for (u64 micros = latency / 1000; bucket < LATENCY_BUCKETS - 1; bucket++) {
		if (!(micros >> bucket))
			break;
	}
	__sync_fetch_and_add(&counts->responses, 1);
	if (hundreds == 4)
		__sync_fetch_and_add(&counts->client_errors, 1);
	else if (hundreds == 5)
		__sync_fetch_and_add(&counts->server_errors, 1);
	else if (!hundreds)
		__sync_fetch_and_add(&counts->unknown, 1);
	__sync_fetch_and_add(&counts->latency_nanos, latency);
	if (bucket < LATENCY_BUCKETS)
		__sync_fetch_and_add(&counts->latency[bucket], 1);
	counts->last_nanos = now;
}

/* Four letters as they lie in memory. */
#define FOUR(a, b, c, d) ((u32)(a) | (u32)(b) << 8 | (u32)(c) << 16 | (u32)(d) << 24)

INLINE int is_method(u32 word)
{
	return word == FOUR('G', 'E', 'T', ' ') || word == FOUR('P', 'O', 'S', 'T') ||
	       word == FOUR('P', 'U', 'T', ' ') || word == FOUR('H', 'E', 'A', 'D') ||
	       word == FOUR('D', 'E', 'L', 'E') || word == FOUR('P', 'A', 'T', 'C') ||
	       word == FOUR('O', 'P', 'T', 'I');
}

/* The hundreds of a status that is spelled out, plain or in Huffman's code (RFC 7541, appendix B). */
INLINE u32 spelled_hundreds(u8 length, u8 first)
{
	if (length == 3)
		return first - '0';
	if (!(length & 0x80))
		return 0;
	if (first >> 3 == 1)
		return 1;
	if (first >> 3 == 2)
		return 2;
	u8 code = first >> 2;
	return code == 0x19 ? 3 : code == 0x1a ? 4 : code == 0x1b ? 5 : 0;
}

/* The hundreds of `:status`, the first field of an answer (RFC 9113, RFC 7541); 0 when it is an
 * entry of the dynamic table, which is not kept. */
INLINE u32 field_hundreds(const u8 *field)
{
	switch (field[0]) {
	case 0x88:
	case 0x89:
	case 0x8a:
		return 2;
	case 0x8b:
		return 3;
	case 0x8c:
	case 0x8d:
		return 4;
	case 0x8e:
		return 5;
	}
	/* A literal whose name is any of the entries 8 to 14 of the static table. */
	u8 name = field[0] >> 6 == 1 ? field[0] & 0x3f : field[0] & 0x0f;
	if (field[0] < 0x80 && field[0] >> 5 != 1 && name >= 8 && name <= 14)
		return spelled_hundreds(field[1], field[2]);
	return 0;
}

INLINE u32 frame_hundreds(struct __sk_buff *packet, u32 at, u8 flags)
{
	u8 bytes[8] = {};

	at += (flags & FLAG_PADDED ? 1 : 0) + (flags & FLAG_PRIORITY ? 5 : 0);
	/* As many as there are; an answer of one field and nothing else has one byte. */
	if (bpf_skb_load_bytes(packet, at, bytes, 8) && bpf_skb_load_bytes(packet, at, bytes, 3))
		bpf_skb_load_bytes(packet, at, bytes, 1);
	/* A change of the table's size may stand before: one byte, or up to three more. */
	if (bytes[0] >> 5 != 1)
		return field_hundreds(bytes);
	if ((bytes[0] & 0x1f) != 0x1f)
		return field_hundreds(bytes + 1);
	if (!(bytes[1] & 0x80))
		return field_hundreds(bytes + 2);
	if (!(bytes[2] & 0x80))
		return field_hundreds(bytes + 3);
	return field_hundreds(bytes + 4);
}

INLINE void on_frame(struct __sk_buff *packet, u64 socket, u32 at, const u8 *head, const int is_in)
{
	struct http_stream key = { .socket = socket };

	key.stream = (u32)(head[5] & 0x7f) << 24 | (u32)head[6] << 16 | (u32)head[7] << 8 | head[8];
	if (head[3] == FRAME_RESET) {
		bpf_map_delete_elem(&http_streams, &key);
	} else if (head[3] == FRAME_HEADERS && is_in) {
		/* The second block of a stream are its trailers. */
		if (bpf_map_lookup_elem(&http_streams, &key))
			return;
		u64 asked = count_request(socket, HTTP_2);
		bpf_map_update_elem(&http_streams, &key, &asked, BPF_ANY);
	} else if (head[3] == FRAME_HEADERS) {
		u64 *asked = bpf_map_lookup_elem(&http_streams, &key);
		u32 hundreds = frame_hundreds(packet, at + FRAME_HEAD_BYTES, head[4]);
		if (asked && hundreds != 1) {
			count_response(socket, HTTP_2, hundreds, *asked);
			bpf_map_delete_elem(&http_streams, &key);
		}
	}
}

/* Goes from frame to frame; sequence numbers tell where the next begins, across packets and
 * whatever is sent twice. Answers where the first frame beyond this packet begins. */
INLINE u32 walk_frames(struct __sk_buff *packet, struct segment *segment, u32 next, const int is_in)
{
	u32 ahead = next - segment->sequence;

	/* Behind: a packet was not seen. Frames tend to begin with packets. */
	if ((s32)ahead < 0)
		ahead = 0;
	for (u32 frame = 0; frame < FRAMES_MAX; frame++) {
		u8 head[FRAME_HEAD_BYTES] = {};
		if (ahead + FRAME_HEAD_BYTES > segment->bytes)
			break;
		u32 at = segment->offset + ahead;
		if (bpf_skb_load_bytes(packet, at, head, sizeof(head)))
			break;
		u32 bytes = (u32)head[0] << 16 | (u32)head[1] << 8 | head[2];
		if (head[3] > FRAME_TYPE_LAST || bytes > FRAME_BYTES_MAX || head[5] & 0x80)
			return segment->sequence + segment->bytes;
		on_frame(packet, segment->socket, at, head, is_in);
		ahead += FRAME_HEAD_BYTES + bytes;
	}
	return segment->sequence + ahead;
}

/* Whether the connection is one of those looked at, by the port of its other side, which differs
 * from one connection to the next. */
INLINE int is_sampled(struct segment *segment)
{
	/* Fibonacci hashing. */
	return sample_one_in <= 1 || (segment->port * 0x9e3779b1U >> 16) % sample_one_in == 0;
}

INLINE void on_request(struct segment *segment, struct http_connection *known, u32 word)
{
	struct http_connection fresh = {};

	if (!is_sampled(segment))
		return;
	if (word == FOUR('P', 'R', 'I', ' ')) {
		fresh.version = HTTP_2;
		fresh.request_next = segment->sequence + PREFACE_BYTES;
	} else if (is_method(word)) {
		/* Sent twice. */
		if (known && known->asked_at == segment->sequence)
			return;
		fresh.version = HTTP_1;
		fresh.asked_nanos = count_request(segment->socket, HTTP_1);
		fresh.asked_at = segment->sequence;
	} else {
		return;
	}
	bpf_map_update_elem(&http_connections, &segment->socket, &fresh, BPF_ANY);
}

SECTION("cgroup_skb/ingress")
int http_ingress(struct __sk_buff *packet)
{
	struct segment segment = {};
	u32 word = 0;

	if (!read_segment(packet, &segment))
		return 1;
	struct http_connection *known = bpf_map_lookup_elem(&http_connections, &segment.socket);
	bpf_skb_load_bytes(packet, segment.offset, &word, sizeof(word));
	if (!known || known->version == HTTP_1) {
		on_request(&segment, known, word);
		known = bpf_map_lookup_elem(&http_connections, &segment.socket);
	}
	if (known && known->version == HTTP_2)
		known->request_next = walk_frames(packet, &segment, known->request_next, 1);
	return 1;
}

INLINE void on_response(struct __sk_buff *packet, struct segment *segment,
			struct http_connection *known)
{
	/* "HTTP/1.1 200" */
	u8 line[12] = {};

	if (!known->asked_nanos || bpf_skb_load_bytes(packet, segment->offset, line, sizeof(line)))
		return;
	if (*(u32 *)line != FOUR('H', 'T', 'T', 'P') || line[9] == '1')
		return;
	u32 hundreds = line[9] >= '2' && line[9] <= '5' ? line[9] - '0' : 0;
	count_response(segment->socket, HTTP_1, hundreds, known->asked_nanos);
	known->asked_nanos = 0;
}

SECTION("cgroup_skb/egress")
int http_egress(struct __sk_buff *packet)
{
	struct segment segment = {};

	if (!read_segment(packet, &segment))
		return 1;
	struct http_connection *known = bpf_map_lookup_elem(&http_connections, &segment.socket);
	if (!known)
		return 1;
	if (known->version == HTTP_1) {
		on_response(packet, &segment, known);
		return 1;
	}
	u32 next = known->response_is_known ? known->response_next : segment.sequence;
	known->response_next = walk_frames(packet, &segment, next, 0);
	known->response_is_known = 1;
	return 1;
}

INLINE int on_accept(struct syscall_exit *context)
{
	struct http_owner owner = {};
	struct sock *sock = accepted_tcp(context->result);
	u64 key = (u64)sock;

	if (!sock)
		return 0;
	owner.pid = pid_of(current_task());
	owner.port = READ(sock, __sk_common.skc_num);
	struct net *net = READ(sock, __sk_common.skc_net.net);
	owner.netns = READ(net, ns.inum);
	if (owner.pid)
		bpf_map_update_elem(&http_owners, &key, &owner, BPF_ANY);
	return 0;
}

SECTION("tracepoint/syscalls/sys_exit_accept")
int http_accept(struct syscall_exit *context)
{
	return on_accept(context);
}

SECTION("tracepoint/syscalls/sys_exit_accept4")
int http_accept4(struct syscall_exit *context)
{
	return on_accept(context);
}

/* The address of a socket is used again. */
SECTION("tp_btf/inet_sock_set_state")
int http_states(u64 *context)
{
	struct sock *sock = (struct sock *)context[0];
	u64 key = (u64)sock;

	if ((int)context[2] == TCP_CLOSE) {
		bpf_map_delete_elem(&http_connections, &key);
		bpf_map_delete_elem(&http_owners, &key);
	}
	return 0;
}

SECTION("license") const char licence[] = "Dual MIT/GPL";
