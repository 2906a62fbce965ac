//! Whether the end of a terminal is to end this process: `nohup` asks that it does not.

/// Whether whoever started this process had SIGHUP ignored; to listen for it would undo that. Where the system does not
/// say, it was not.
pub(super) fn is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status");
    status.is_ok_and(|status| ignores(&status))
}

/// Whether the mask of ignored signals in a `/proc/PID/status` has the first one (proc_pid_status(5): `SigIgn`).
fn ignores(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_signal_of_the_mask_is_sighup() {
        let status =
            |mask: &str| format!("Name:\tptl\nSigBlk:\t0000000000000001\nSigIgn:\t{mask}\n");
        assert!(ignores(&status("0000000000001001")));
        assert!(!ignores(&status("0000000000001000")));
        assert!(!ignores("Name:\tptl\n"));
    }
}
