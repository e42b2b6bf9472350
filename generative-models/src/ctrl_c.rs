//! Ctrl-C at the terminal: what is done is saved at the first, and the second ends the program.

use std::{
    io,
    sync::{Arc, atomic::AtomicBool},
};

/// Raised by the first Ctrl-C (or another signal that asks to end); the second ends the program with 130.
///
/// # Errors
/// When the system lets nobody listen to signals.
pub fn flag() -> io::Result<Arc<AtomicBool>> {
    let flag = Arc::new(AtomicBool::new(false));
    for signal in signal_hook::consts::TERM_SIGNALS {
        // In this order: the flag that ends it is looked at before it is raised.
        signal_hook::flag::register_conditional_shutdown(*signal, 130, Arc::clone(&flag))?;
        signal_hook::flag::register(*signal, Arc::clone(&flag))?;
    }
    Ok(flag)
}
