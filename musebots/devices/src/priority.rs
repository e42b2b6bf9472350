//! Real-time priority for the thread that asks, where the system grants it.

/// The conductor's clock has 50. What sends MIDI is a little below it, what makes sound below that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Priority {
    Midi = 45,
    Sound = 40,
}

/// Asks for it; whether it was granted.
#[cfg(target_os = "linux")]
pub(crate) fn promote(priority: Priority) -> bool {
    use thread_priority::{
        RealtimeThreadSchedulePolicy::Fifo, ThreadPriority, ThreadPriorityValue, ThreadSchedulePolicy::Realtime,
        set_thread_priority_and_policy, thread_native_id,
    };
    let Ok(value) = ThreadPriorityValue::try_from(priority as u8) else { return false };
    set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Crossplatform(value), Realtime(Fifo)).is_ok()
}

/// Elsewhere the system's own audio and MIDI threads have it.
#[cfg(not(target_os = "linux"))]
pub(crate) fn promote(_priority: Priority) -> bool {
    true
}
