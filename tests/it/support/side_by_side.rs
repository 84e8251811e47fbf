//! [`side_by_side`]: runs the cases of a test in parallel.

use std::panic::resume_unwind;
use std::sync::Mutex;
use std::thread::scope;

/// How many cases run at once. Each mostly waits for an answer or a retry.
const AT_ONCE: usize = 8;

/// Runs the cases of a test side by side, instead of one after another as `for` does. Each needs an
/// account of its own. A case that fails fails the test, once all have run.
pub fn side_by_side<C: Send>(
    cases: impl IntoIterator<Item = C, IntoIter: Send>,
    run: impl Fn(C) + Sync,
) {
    let cases = Mutex::new(cases.into_iter());
    let next = || cases.lock().unwrap().next();
    let work = || {
        while let Some(case) = next() {
            run(case);
        }
    };
    scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            if let Err(panic) = worker.join() {
                resume_unwind(panic);
            }
        }
    });
}
