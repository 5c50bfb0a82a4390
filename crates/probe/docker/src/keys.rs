//! The names of facts, sets and metrics on the wire of Scope 1.13 (§5.5 of its description).

pub(crate) const CONTAINER_ID: &str = "docker_container_id";
pub(crate) const CONTAINER_NAME: &str = "docker_container_name";
pub(crate) const CONTAINER_CREATED: &str = "docker_container_created";
pub(crate) const CONTAINER_COMMAND: &str = "docker_container_command";
pub(crate) const CONTAINER_HOSTNAME: &str = "docker_container_hostname";
pub(crate) const CONTAINER_STATE: &str = "docker_container_state";
pub(crate) const CONTAINER_STATE_HUMAN: &str = "docker_container_state_human";
pub(crate) const CONTAINER_UPTIME: &str = "docker_container_uptime";
pub(crate) const CONTAINER_RESTART_COUNT: &str = "docker_container_restart_count";
pub(crate) const CONTAINER_NETWORK_MODE: &str = "docker_container_network_mode";
/// Not of Scope 1.13: the verdict of the container's health check.
pub(crate) const CONTAINER_HEALTH: &str = "docker_container_health";
pub(crate) const IN_HOST_NETWORK: &str = "docker_is_in_host_network";
pub(crate) const CONTROL_PROBE_ID: &str = "control_probe_id";
pub(crate) const LABEL_PREFIX: &str = "docker_label_";
pub(crate) const ENV_PREFIX: &str = "docker_env_";

pub(crate) const CONTAINER_NETWORKS: &str = "docker_container_networks";
pub(crate) const CONTAINER_PORTS: &str = "docker_container_ports";
pub(crate) const CONTAINER_IPS: &str = "docker_container_ips";
pub(crate) const CONTAINER_IPS_WITH_SCOPES: &str = "docker_container_ips_with_scopes";

pub(crate) const CPU_TOTAL_USAGE: &str = "docker_cpu_total_usage";
pub(crate) const MEMORY_USAGE: &str = "docker_memory_usage";

pub(crate) const IMAGE_ID: &str = "docker_image_id";
pub(crate) const IMAGE_NAME: &str = "docker_image_name";
pub(crate) const IMAGE_TAG: &str = "docker_image_tag";
pub(crate) const IMAGE_SIZE: &str = "docker_image_size";
pub(crate) const IMAGE_VIRTUAL_SIZE: &str = "docker_image_virtual_size";
pub(crate) const IMAGE_LABEL_PREFIX: &str = "docker_image_label_";
pub(crate) const IMAGE_TABLE: &str = "image_table";

pub(crate) const ATTACH: &str = "docker_attach_container";
pub(crate) const EXEC: &str = "docker_exec_container";
pub(crate) const START: &str = "docker_start_container";
pub(crate) const RESTART: &str = "docker_restart_container";
pub(crate) const PAUSE: &str = "docker_pause_container";
pub(crate) const UNPAUSE: &str = "docker_unpause_container";
pub(crate) const STOP: &str = "docker_stop_container";
pub(crate) const REMOVE: &str = "docker_remove_container";
/// Not of Scope 1.13: what the container prints.
pub(crate) const LOGS: &str = "docker_container_logs";
/// On no button: a terminal tells its size.
pub(crate) const RESIZE: &str = "docker_resize_exec_tty";

pub(crate) const LOCAL_NETWORKS: &str = "local_networks";

/// The state of a container that is gone.
pub(crate) const STATE_DELETED: &str = "deleted";
