/* The programs that run inside the kernel, one object.
 *
 * The kernel lends the calls used here to programs of a licence it accepts, hence the second half
 * of the declaration; Scope's own licence applies to the rest of the repository.
 */
#include "tcp.h"
#include "udp.h"
#include "process.h"
#include "snapshot.h"
#include "changes.h"

SECTION("license") const char licence[] = "Dual MIT/GPL";
