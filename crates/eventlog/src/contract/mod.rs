//! What every store promises, as tests: one suite, run over each of them by [`contract_suite!`](crate::contract_suite).
//!
//! A suite is given `place`, a function that makes a new place to keep a log in and returns what opens it. Whoever
//! opens a place a second time has dropped the log before: that is a restart.

mod model;
mod promises;
mod samples;
mod shared;

pub use model::{any_groups_are_kept_like_a_list, readers_see_whole_groups_in_order};
pub use promises::*;
pub use samples::Samples;
pub use shared::*;

/// Declares a `#[test]` for each promise a store makes. `$place` is a `fn() -> impl Fn() -> Arc<dyn EventLog>`.
#[macro_export]
macro_rules! contract_suite {
    ($place:expr) => {
        $crate::contract_suite! { $place =>
            a_new_log_is_empty
            what_is_committed_is_read_back
            positions_follow_each_other
            a_fact_out_of_place_writes_nothing
            a_fact_too_large_writes_nothing
            an_entry_aside_too_large_writes_nothing
            facts_of_every_size_are_kept
            the_aside_is_put_and_removed_with_the_facts
            the_aside_is_listed_by_prefix
            a_turn_tells_what_was_missed
            a_caller_from_another_log_is_refused
            the_second_of_two_turns_is_told_of_the_first
            a_turn_that_is_dropped_writes_nothing
            nothing_lies_beyond_the_head
            everything_is_there_after_a_restart
            readers_see_whole_groups_in_order
            any_groups_are_kept_like_a_list
            a_moment_is_the_head_and_what_stands_aside
            waiting_for_others_ends
        }
    };
    ($place:expr => $($promise:ident)+) => {
        $(
            #[test]
            fn $promise() {
                $crate::contract::$promise(&|| Box::new(($place)()));
            }
        )+
    };
}

/// Declares a `#[test]` for each further promise of a store that several processes write. `$place` is as in
/// [`contract_suite!`](crate::contract_suite), but what it opens may be opened again while it is open.
#[macro_export]
macro_rules! shared_contract_suite {
    ($place:expr) => {
        $crate::contract_suite! { $place =>
            facts_of_others_are_told_before_anything_is_written
            whoever_waits_is_woken_by_others
            many_who_write_at_once_lose_nothing
        }
    };
}
