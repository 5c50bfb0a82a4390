//! The views: one file each says how its stage is made.

pub(crate) mod processes;

pub(crate) mod processes_by_name;

pub(crate) mod containers;

pub(crate) mod containers_by_hostname;

pub(crate) mod containers_by_image;

pub(crate) mod pods;

pub(crate) mod storage;

pub(crate) mod parents;

pub(crate) mod kube_controllers;

pub(crate) mod services;

pub(crate) mod ecs_tasks;

pub(crate) mod ecs_services;

pub(crate) mod swarm_services;

pub(crate) mod hosts;

pub(crate) mod weave;

use crate::{Lifted, Stage, ViewId};

/// Makes the stage of a view; the stages it builds upon are made on the way.
pub(crate) fn stage(lifted: &Lifted, view: ViewId) -> Stage {
    match view {
        ViewId::Processes => processes::stage(lifted),
        ViewId::ProcessesByName => processes_by_name::stage(lifted),
        ViewId::Containers => containers::stage(lifted),
        ViewId::ContainersByHostname => containers_by_hostname::stage(lifted),
        ViewId::ContainersByImage => containers_by_image::stage(lifted),
        ViewId::Pods => pods::stage(lifted),
        ViewId::KubeControllers => kube_controllers::stage(lifted),
        ViewId::Services => services::stage(lifted),
        ViewId::EcsTasks => ecs_tasks::stage(lifted),
        ViewId::EcsServices => ecs_services::stage(lifted),
        ViewId::SwarmServices => swarm_services::stage(lifted),
        ViewId::Hosts => hosts::stage(lifted),
        ViewId::Weave => weave::stage(lifted),
    }
}
