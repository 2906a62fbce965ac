//! What came, judged by hand-made downloads.
