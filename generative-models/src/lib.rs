//! Models that write.
