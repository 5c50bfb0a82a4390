/* How a program calls the kernel, declares a map, and reads a field that may move.
 *
 * The numbers are those of `enum bpf_func_id` in include/uapi/linux/bpf.h, which never change.
 */
#ifndef SCOPE_CALLS_H
#define SCOPE_CALLS_H

#include "kernel.h"

#define SECTION(name) __attribute__((section(name), used))
#define INLINE static inline __attribute__((always_inline))

/* A map's declaration is a structure whose types carry the numbers. */
#define MAP_NUMBER(name, value) int(*name)[value]
#define MAP_TYPE(name, value) typeof(value) *name

static void *(*const bpf_map_lookup_elem)(void *map, const void *key) = (void *)1;
static long (*const bpf_map_update_elem)(void *map, const void *key, const void *value,
					 u64 flags) = (void *)2;
static long (*const bpf_map_delete_elem)(void *map, const void *key) = (void *)3;
static u64 (*const bpf_ktime_get_ns)(void) = (void *)5;
static u64 (*const bpf_get_current_pid_tgid)(void) = (void *)14;
static long (*const bpf_get_current_comm)(void *to, u32 bytes) = (void *)16;
static long (*const bpf_skb_load_bytes)(const struct __sk_buff *packet, u32 offset, void *to,
					u32 bytes) = (void *)26;
static u64 (*const bpf_get_current_task)(void) = (void *)35;
static struct bpf_sock *(*const bpf_sk_fullsock)(struct bpf_sock *sock) = (void *)95;
static long (*const bpf_probe_read_kernel)(void *to, u32 bytes, const void *from) = (void *)113;
static long (*const bpf_probe_read_kernel_str)(void *to, u32 bytes, const void *from) = (void *)115;
static long (*const bpf_seq_write)(struct seq_file *to, const void *from, u32 bytes) = (void *)127;
static struct tcp_sock *(*const bpf_skc_to_tcp_sock)(void *sock) = (void *)137;
static void *(*const bpf_sk_storage_get)(void *map, void *sock, void *value, u64 flags) = (void *)107;
static void *(*const bpf_ringbuf_reserve)(void *ring, u64 bytes, u64 flags) = (void *)131;
static void (*const bpf_ringbuf_submit)(void *record, u64 flags) = (void *)132;
static struct socket *(*const bpf_sock_from_file)(struct file *file) = (void *)162;
static long (*const bpf_copy_from_user_task)(void *to, u32 bytes, const void *from,
					     struct task_struct *task, u64 flags) = (void *)191;

/* Reads `*source` into `*target`; a bad address leaves zeroes behind. */
#define READ_INTO(target, source)                                                                  \
	bpf_probe_read_kernel(target, sizeof(*(target)),                                           \
			      (const void *)__builtin_preserve_access_index(source))

/* The field of a kernel structure whose pointer the verifier does not know the type of. The pointer
 * is a variable: what stands in its place would be relocated too. */
#define READ(pointer, field)                                                                       \
	({                                                                                         \
		typeof((pointer)->field) read_value = 0;                                           \
		READ_INTO(&read_value, &(pointer)->field);                                         \
		read_value;                                                                        \
	})

#define FIELD_EXISTS(field) __builtin_preserve_field_info(field, 2)
#define ENUM_EXISTS(type, name) __builtin_preserve_enum_value(*(type *)name, 0)
#define ENUM_VALUE(type, name) __builtin_preserve_enum_value(*(type *)name, 1)

#endif
