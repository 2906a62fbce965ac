//! What `ptl lab` says, one file a document: a lab that runs, its faults, what was signed, a rehearsal.

mod certificate;
mod faults;
mod rehearsal;
mod up;

pub use certificate::LabCertificate;
pub use faults::{LabFault, LabFaults};
pub use rehearsal::{LabRehearsal, LabStage, StageState};
pub use up::{LabGeneration, LabServer, LabUp};

/// The version of these forms.
const SCHEMA: u32 = 1;
