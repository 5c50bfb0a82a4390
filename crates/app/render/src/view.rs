//! The views there are: names, order, nesting.

/// A named way of looking at a snapshot.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum ViewId {
    /// Every process.
    Processes,
    /// Processes of one name as one.
    ProcessesByName,
    /// Every container, and each host's uncontained processes as one.
    Containers,
    /// Containers of one hostname as one.
    ContainersByHostname,
    /// Containers of one image as one.
    ContainersByImage,
    /// Kubernetes pods, volumes and snapshots.
    Pods,
    /// What controls pods: deployments, daemon sets, stateful sets, jobs.
    KubeControllers,
    /// Kubernetes services.
    Services,
    /// Tasks of Amazon ECS.
    EcsTasks,
    /// Services of Amazon ECS.
    EcsServices,
    /// Services of Docker Swarm.
    SwarmServices,
    /// Hosts.
    Hosts,
    /// Peers of Weave Net.
    Weave,
}

/// Id, name, rank, parent, hidden if empty.
type Row = (&'static str, &'static str, i64, Option<ViewId>, bool);

impl ViewId {
    /// Every view.
    pub const ALL: [Self; 13] = [
        Self::Processes,
        Self::ProcessesByName,
        Self::Containers,
        Self::ContainersByHostname,
        Self::ContainersByImage,
        Self::Pods,
        Self::KubeControllers,
        Self::Services,
        Self::EcsTasks,
        Self::EcsServices,
        Self::SwarmServices,
        Self::Hosts,
        Self::Weave,
    ];

    /// The view of this id.
    pub fn parse(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.as_str() == id)
    }

    /// Its id, the last part of its URL.
    pub fn as_str(self) -> &'static str {
        self.row().0
    }

    /// What the reader sees.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// Ascending order of tabs.
    pub fn rank(self) -> i64 {
        self.row().2
    }

    /// The view it is listed under.
    pub fn parent(self) -> Option<Self> {
        self.row().3
    }

    /// Whether its tab should be hidden while it has no nodes.
    pub fn hide_if_empty(self) -> bool {
        self.row().4
    }

    fn row(self) -> Row {
        match self {
            Self::Processes => ("processes", "Processes", 1, None, true),
            Self::ProcessesByName => {
                ("processes-by-name", "by name", 0, Some(Self::Processes), true)
            }
            Self::Containers => ("containers", "Containers", 2, None, false),
            Self::ContainersByHostname => {
                ("containers-by-hostname", "by DNS name", 0, Some(Self::Containers), false)
            }
            Self::ContainersByImage => {
                ("containers-by-image", "by image", 0, Some(Self::Containers), false)
            }
            Self::Pods => ("pods", "Pods", 3, None, true),
            Self::KubeControllers => ("kube-controllers", "Controllers", 0, Some(Self::Pods), true),
            Self::Services => ("services", "Services", 0, Some(Self::Pods), true),
            Self::EcsTasks => ("ecs-tasks", "Tasks", 3, None, true),
            Self::EcsServices => ("ecs-services", "Services", 0, Some(Self::EcsTasks), true),
            Self::SwarmServices => ("swarm-services", "Services", 3, None, true),
            Self::Hosts => ("hosts", "Hosts", 4, None, false),
            Self::Weave => ("weave", "Weave Net", 0, Some(Self::Hosts), false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_round_trip() {
        for (index, view) in ViewId::ALL.into_iter().enumerate() {
            assert_eq!(ViewId::parse(view.as_str()), Some(view));
            assert_eq!(view as usize, index);
            assert!(view.parent().is_none_or(|parent| parent.parent().is_none()));
        }
        assert_eq!(ViewId::parse("nodes"), None);
    }
}
