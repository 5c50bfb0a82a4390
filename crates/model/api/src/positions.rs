//! Where readers have put nodes on the map.

use crate::Text;
use serde::{Deserialize, Serialize};

/// The answer of `GET` and `PUT /api/positions/{picture}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Positions {
    /// Rises with every change; 0 where nobody has put anything.
    pub version: u64,
    /// The nodes and where they were put.
    pub pins: Vec<Pin>,
}

/// A node that somebody has put somewhere.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Pin {
    /// The node's id in the view.
    pub id: Text,
    /// To the right, px of the map at scale 1.
    pub x: f64,
    /// Downwards, px of the map at scale 1.
    pub y: f64,
}
