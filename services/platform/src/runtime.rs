//! The runtime of the process, beside those of the workers that answer requests.

use tokio::runtime::Handle;
use tokio_util::task::AbortOnDropHandle;

/// For connections that requests share. Each worker of the HTTP server has a runtime of its own, and at the end of the process
/// it is gone as soon as the worker has nothing to do; a connection that was opened there would break in the hands of another
/// worker, which still has a request to answer.
#[derive(Clone, Debug)]
pub struct MainRuntime(Handle);

impl MainRuntime {
    /// Of the caller, who is not a worker.
    ///
    /// # Panics
    /// Outside of a runtime.
    pub fn current() -> Self {
        Self(Handle::current())
    }

    /// As if it was awaited here: it ends when nobody waits for it any more, and a panic goes on.
    pub async fn run<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> T {
        match AbortOnDropHandle::new(self.0.spawn(work)).await {
            Ok(done) => done,
            Err(ended) => match ended.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The process ends: nobody is left to be told.
                Err(_) => std::future::pending().await,
            },
        }
    }
}
