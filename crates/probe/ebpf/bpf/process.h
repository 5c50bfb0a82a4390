/* Processes that start, become another program, and end: so that the shortest has a name. */
#ifndef SCOPE_PROCESS_H
#define SCOPE_PROCESS_H

#include "actor.h"

SECTION("tp_btf/sched_process_fork")
int process_fork(u64 *context)
{
	struct task_struct *parent = (struct task_struct *)context[0];
	struct task_struct *child = (struct task_struct *)context[1];

	/* A thread is no process. */
	if (child->pid != child->tgid)
		return 0;
	u32 pid = pid_of(child);
	if (!pid)
		return 0;
	struct process_record *record = ROOM(struct process_record);
	if (!record)
		return 0;
	fill_head(&record->head, FORKED);
	record->head.pid = pid;
	record->parent = pid_of(parent);
	submit(FORKED, record);
	return 0;
}

SECTION("tp_btf/sched_process_exec")
int process_exec(u64 *context)
{
	struct task_struct *task = (struct task_struct *)context[0];
	struct linux_binprm *program = (struct linux_binprm *)context[2];
	if (!pid_of(task))
		return 0;
	struct exec_record *record = ROOM(struct exec_record);
	if (!record)
		return 0;
	fill_head(&record->process.head, EXECUTED);
	record->process.parent = pid_of(task->real_parent);
	bpf_probe_read_kernel_str(record->path, sizeof(record->path), program->filename);
	submit(EXECUTED, record);
	return 0;
}

SECTION("tp_btf/sched_process_exit")
int process_exit(u64 *context)
{
	struct task_struct *task = (struct task_struct *)context[0];

	/* The process ends with its last thread, whichever that is. */
	if (task->signal->live.counter || !pid_of(task))
		return 0;
	struct process_record *record = ROOM(struct process_record);
	if (!record)
		return 0;
	fill_head(&record->head, EXITED);
	record->parent = pid_of(task->real_parent);
	record->code = task->exit_code;
	submit(EXITED, record);
	return 0;
}

#endif
