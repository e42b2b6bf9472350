//! Whoever paints gives way to whoever plays.

/// Gives the calling thread the lowest priority that there is: it runs when nobody else wants to.
pub(crate) fn lowest() {
    #[cfg(target_os = "linux")]
    let given = {
        use thread_priority::{
            NormalThreadSchedulePolicy::Idle, ThreadPriority, ThreadSchedulePolicy::Normal,
            set_thread_priority_and_policy, thread_native_id,
        };
        set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Min, Normal(Idle))
    };
    #[cfg(not(target_os = "linux"))]
    let given = thread_priority::set_current_thread_priority(thread_priority::ThreadPriority::Min);
    if let Err(e) = given {
        tracing::debug!("failed to take the lowest priority: {e:?}");
    }
}
