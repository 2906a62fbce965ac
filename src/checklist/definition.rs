//! The shipped checklists: stages, gates and steps as data.

use crate::{
    environment::Role,
    error::{Error, Result},
};

/// The id of the checklist for a service and a role: `booking-provider`.
///
/// # Errors
/// Where no checklist of that service is shipped.
pub fn id_for(service: &str, role: Role) -> Result<&'static str> {
    match (service, role) {
        ("booking", Role::Provider) => Ok("booking-provider"),
        ("booking", Role::Consumer) => Ok("booking-consumer"),
        _ => Err(Error::input(format!("no checklist for the service `{service}`"))
            .hint("Set `service = \"booking\"` in ptl.toml: it is the only one that ptl ships a checklist for.")),
    }
}
