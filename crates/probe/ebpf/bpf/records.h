/* What the programs hand to user space: `src/record.rs` reads the same fields in the same order.
 *
 * Plain numbers of the machine's own byte order, ports excepted, which are in host order too;
 * addresses are 16 bytes, of which IPv4 uses the first four.
 */
#ifndef SCOPE_RECORDS_H
#define SCOPE_RECORDS_H

#include "kernel.h"

enum kind {
	LOST = 0,
	CONNECTED = 1,
	ACCEPTED = 2,
	FAILED = 3,
	CLOSED = 4,
	UDP_OPENED = 5,
	FORKED = 6,
	EXECUTED = 7,
	EXITED = 8,
	KINDS = 16,
};

enum side { SIDE_UNKNOWN = 0, SIDE_CLIENT = 1, SIDE_SERVER = 2 };

/* As long as a container's id with the words that runtimes put around it. */
#define CGROUP_NAME_BYTES 128
#define EXEC_PATH_BYTES 128
#define COMM_BYTES 16
#define ARGS_BYTES 256
#define UNIX_PATH_BYTES 108

struct head {
	u8 kind;
	u8 family;
	u8 side;
	u8 protocol;
	u32 pid;
	u64 time_nanos;
	u64 cgroup;
	char comm[COMM_BYTES];
};

struct addresses {
	u32 netns;
	u16 local_port;
	u16 remote_port;
	u8 local[16];
	u8 remote[16];
};

struct tcp_record {
	struct head head;
	u64 socket;
	struct addresses addresses;
	u32 error;
	u32 srtt_micros;
	u32 retransmits;
	u64 sent_bytes;
	u64 received_bytes;
	u64 started_nanos;
};

struct udp_key {
	struct addresses addresses;
	u32 pid;
	u8 family;
	u8 padding[7];
};

struct udp_counts {
	u64 sent_packets;
	u64 sent_bytes;
	u64 received_packets;
	u64 received_bytes;
	u64 first_nanos;
	u64 last_nanos;
	u64 cgroup;
	char comm[COMM_BYTES];
	u8 side;
	u8 padding[7];
};

struct udp_record {
	struct head head;
	struct udp_key key;
};

struct process_record {
	struct head head;
	u32 parent;
	u32 code;
};

struct exec_record {
	struct process_record process;
	char path[EXEC_PATH_BYTES];
};

struct socket_record {
	u8 family;
	u8 state;
	u16 protocol;
	u32 pid;
	u32 fd;
	u32 type;
	u64 inode;
	u64 socket;
	/* The socket's own part follows: `struct inet_part` or `struct unix_part`. */
};

struct inet_part {
	struct addresses addresses;
	u32 srtt_micros;
	u32 retransmits;
	u32 backlog;
	u64 sent_bytes;
	u64 received_bytes;
};

struct unix_part {
	u64 peer_socket;
	u64 peer_inode;
	u32 netns;
	u32 path_bytes;
	char path[UNIX_PATH_BYTES + 4];
};

struct inet_socket_record {
	struct socket_record socket;
	struct inet_part inet;
};

struct unix_socket_record {
	struct socket_record socket;
	struct unix_part unix_socket;
};

/* In the place of a family, in the list of what changed. */
#define HOLDER_RECORD 255

/* After what is told of the sockets of a process: what there is in all. A process whose threads have
 * files of their own has several. */
struct holder_record {
	u8 kind;
	/* Whether all of its sockets are told. */
	u8 is_whole;
	u16 padding;
	u32 pid;
	u64 sockets;
	/* The sum of what each socket adds, `share_of`. */
	u64 sum;
};

/* What is remembered of a socket as long as it lives. */
struct told {
	u32 generation;
	/* The pass and the process it was met in last. */
	u32 pass;
	u32 pid;
	u32 signature;
};

/* Since when a process is known. */
struct known_holder {
	u32 generation;
	u32 pass;
};

/* User space sets the first two before a pass; the others are as far as it got. */
struct pass_state {
	/* What was told in another generation is forgotten. */
	u32 generation;
	u32 pass;
	u32 pid;
	u32 is_whole;
	u64 sockets;
	u64 sum;
};

struct task_record {
	u32 pid;
	u32 parent;
	u32 threads;
	u32 netns;
	u32 uid;
	u32 args_bytes;
	u64 cgroup;
	u64 start_nanos;
	u64 user_nanos;
	u64 system_nanos;
	u64 resident_pages;
	char comm[COMM_BYTES];
	char args[ARGS_BYTES];
};

/* What `src/record.rs` counts on. */
_Static_assert(sizeof(struct head) == 40, "head");
_Static_assert(sizeof(struct addresses) == 40, "addresses");
_Static_assert(sizeof(struct tcp_record) == 128, "tcp_record");
_Static_assert(sizeof(struct udp_key) == 52, "udp_key");
_Static_assert(sizeof(struct udp_counts) == 80, "udp_counts");
_Static_assert(sizeof(struct process_record) == 48, "process_record");
_Static_assert(sizeof(struct inet_socket_record) == 104, "inet_socket_record");
_Static_assert(sizeof(struct unix_socket_record) == 168, "unix_socket_record");
_Static_assert(sizeof(struct holder_record) == 24, "holder_record");
_Static_assert(sizeof(struct pass_state) == 32, "pass_state");
_Static_assert(sizeof(struct task_record) == 336, "task_record");

#endif
