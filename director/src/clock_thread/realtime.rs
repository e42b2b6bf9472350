//! Real-time priority for the thread that asks, where the system grants it.

/// Asks for the clock's own.
pub(crate) fn realtime() -> bool {
    priority(50)
}

/// Asks for SCHED_FIFO; children that are forked do not inherit it (they come from another thread).
pub(crate) fn priority(value: u8) -> bool {
    use thread_priority::{ThreadPriority, ThreadPriorityValue};
    #[cfg(unix)]
    {
        use thread_priority::unix::{
            RealtimeThreadSchedulePolicy, ThreadSchedulePolicy, set_thread_priority_and_policy, thread_native_id,
        };
        let Ok(value) = ThreadPriorityValue::try_from(value) else { return false };
        set_thread_priority_and_policy(
            thread_native_id(),
            ThreadPriority::Crossplatform(value),
            ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::Fifo),
        )
        .is_ok()
    }
    #[cfg(not(unix))]
    false
}
