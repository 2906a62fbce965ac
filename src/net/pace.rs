//! Manners towards a host: how many connections at a time, and how often a new one.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Duration, Instant, sleep_until, timeout_at},
};

/// The most connections at a time to one host.
const AT_A_TIME: usize = 4;
/// The time between two new connections to one Spine host.
const BETWEEN: Duration = Duration::from_secs(1);

/// Lets connections through, so many at a time and so often.
#[derive(Debug, Default)]
pub struct Pace {
    doors: Mutex<HashMap<String, Arc<Door>>>,
}

#[derive(Debug)]
struct Door {
    permits: Arc<Semaphore>,
    next: Mutex<Instant>,
}

/// Whether a name is one of the health service's, whose hosts are spared.
pub fn is_spine(name: &str) -> bool {
    name.ends_with(".nhs.uk")
}

impl Pace {
    /// Waits for leave to open a connection; `None` where there is none before the deadline.
    ///
    /// The leave is held until it is dropped. A Spine host is one door by its name, whatever its
    /// addresses are; any other place is one by its address and port.
    pub async fn leave(
        &self,
        name: Option<&str>,
        address: &str,
        deadline: Instant,
    ) -> Option<OwnedSemaphorePermit> {
        let spine = name.filter(|name| is_spine(name));
        let door = self.door(spine.unwrap_or(address));
        let permit = timeout_at(deadline, Arc::clone(&door.permits).acquire_owned())
            .await
            .ok()?
            .ok()?;
        if spine.is_some() {
            sleep_until(door.turn(deadline)?).await;
        }
        Some(permit)
    }

    fn door(&self, key: &str) -> Arc<Door> {
        let mut doors = self.doors.lock().unwrap_or_else(PoisonError::into_inner);
        let door = doors.entry(key.to_owned()).or_insert_with(|| {
            Arc::new(Door {
                permits: Arc::new(Semaphore::new(AT_A_TIME)),
                next: Mutex::new(Instant::now()),
            })
        });
        Arc::clone(door)
    }
}

impl Door {
    /// The moment of this connection, unless that is too late; the next one's is a second later.
    fn turn(&self, deadline: Instant) -> Option<Instant> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = (*next).max(Instant::now());
        (turn < deadline).then(|| {
            *next = turn + BETWEEN;
            turn
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_spine_host_sees_one_new_connection_a_second() {
        let pace = Pace::default();
        let begun = Instant::now();
        let far = begun + Duration::from_secs(60);
        for address in ["10.0.0.1:443", "10.0.0.2:443", "10.0.0.3:443"] {
            drop(
                pace.leave(Some("msg.int.spine2.ncrs.nhs.uk"), address, far)
                    .await
                    .unwrap(),
            );
        }
        assert_eq!(begun.elapsed().as_secs(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_spine_host_has_at_most_four_connections_open() {
        let pace = Pace::default();
        let deadline = Instant::now() + Duration::from_secs(30);
        let mut held = Vec::new();
        for _ in 0..4 {
            held.push(
                pace.leave(Some("a.nhs.uk"), "10.0.0.1:443", deadline)
                    .await
                    .unwrap(),
            );
        }
        assert!(
            pace.leave(Some("a.nhs.uk"), "10.0.0.1:443", deadline)
                .await
                .is_none()
        );
        held.pop();
        let later = Instant::now() + Duration::from_secs(5);
        assert!(
            pace.leave(Some("a.nhs.uk"), "10.0.0.1:443", later)
                .await
                .is_some()
        );
    }

    #[tokio::test(start_paused = true)]
    async fn other_places_do_not_wait_for_one_another() {
        let pace = Pace::default();
        let begun = Instant::now();
        let far = begun + Duration::from_secs(60);
        for port in 1..100 {
            drop(
                pace.leave(None, &format!("10.0.0.1:{port}"), far)
                    .await
                    .unwrap(),
            );
        }
        assert_eq!(begun.elapsed(), Duration::ZERO);
    }
}
