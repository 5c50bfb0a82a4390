//! Control groups from recorded files, and from the forms other engines give their paths.

use super::*;

const WEB: &str = "fb452fc5c7383995b62f9f9ff1a4e84342485011e6350a1a41ba74756fc2241f";
const MOUNTS_V1: &str = include_str!("../../../../../testdata/docker/mounts-v1.txt");
const CGROUP_V1: &str = include_str!("../../../../../testdata/docker/cgroup-v1.txt");
const CGROUP_V2: &str = include_str!("../../../../../testdata/docker/cgroup-v2.txt");
const MOUNTS_V2: &str = "cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid,nsdelegate 0 0\n";

fn recorded(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../testdata/docker").join(name)
}

#[track_caller]
fn check(mounts: &str, cgroups: &str, expect: Option<Accounts>) {
    assert_eq!(Mounts::parse(mounts).locate(cgroups, WEB), expect);
}

#[test]
fn accounts_are_found_in_both_versions() {
    let v1 = |cpuacct: &str, memory: &str, path: &str| Accounts::V1 {
        cpuacct: Path::new(cpuacct).join(path),
        memory: Path::new(memory).join(path),
    };
    let docker = format!("docker/{WEB}");
    let (cpuacct, memory) = ("/sys/fs/cgroup/cpuacct", "/sys/fs/cgroup/memory");
    check(MOUNTS_V1, CGROUP_V1, Some(v1(cpuacct, memory, &docker)));
    let together = "cgroup /c/cpu,cpuacct cgroup rw,cpu,cpuacct 0 0\ncgroup /m cgroup memory 0 0\n";
    let cgroups = format!("4:cpu,cpuacct:/docker/{WEB}\n3:memory:/docker/{WEB}\n");
    check(together, &cgroups, Some(v1("/c/cpu,cpuacct", "/m", &docker)));
    let scope = format!("/sys/fs/cgroup/system.slice/docker-{WEB}.scope");
    check(MOUNTS_V2, CGROUP_V2, Some(Accounts::V2(scope.into())));
    let podman = format!("0::/machine.slice/libpod-{WEB}.scope/container\n");
    let scope = format!("/sys/fs/cgroup/machine.slice/libpod-{WEB}.scope/container");
    check(MOUNTS_V2, &podman, Some(Accounts::V2(scope.into())));
}

#[test]
fn foreign_paths_are_no_accounts() {
    check(MOUNTS_V2, "0::/system.slice/ssh.service\n", None);
    check(MOUNTS_V2, &format!("0::/../../etc/{WEB}\n"), None);
    check(MOUNTS_V1, "", None);
    check("", CGROUP_V1, None);
    check("broken line\n\n", CGROUP_V2, None);
}

#[test]
fn recorded_accounts_are_read() {
    let usage = |accounts: &Accounts, keeps_open| {
        let mut ledger = accounts.clone().ledger(keeps_open);
        let first = ledger.usage(&mut [0; FILE_BYTES_MAX]);
        assert_eq!(ledger.usage(&mut [0; FILE_BYTES_MAX]), first);
        first.map(|it| (it.cpu_nanos, it.memory_bytes, it.memory_limit_bytes))
    };
    let (cpuacct, memory) = (recorded("cgroup-v1/cpuacct"), recorded("cgroup-v1/memory"));
    let v1 = Accounts::V1 { cpuacct, memory };
    let v2 = Accounts::V2(recorded("cgroup-v2"));
    for keeps_open in [false, true] {
        assert_eq!(usage(&v1, keeps_open), Some((109_105_145, 782_336, Some(67_108_864))));
        assert_eq!(usage(&v2, keeps_open), Some((627_450_728_000, 3_823_360, None)));
        assert_eq!(usage(&Accounts::V2(recorded("nowhere")), keeps_open), None);
    }
}

#[test]
fn unlimited_is_no_limit() {
    let stat = "hierarchical_memory_limit 9223372036854771712\ntotal_inactive_file 12\n";
    assert_eq!(stat_v1(stat), (12, None));
    assert_eq!(stat_v1(""), (0, None));
}

#[test]
fn deepest_container_comes_first() {
    assert_eq!(container_ids(CGROUP_V1), [WEB]);
    assert_eq!(container_ids(CGROUP_V2), [WEB]);
    let inner = "a".repeat(64);
    let nested = format!("1:cpu:/\n0::/docker/{WEB}/docker/{inner}\n");
    assert_eq!(container_ids(&nested), [inner.as_str(), WEB]);
    assert_eq!(container_ids("0::/user.slice/user-0.slice\n\n"), [""; 0]);
}
