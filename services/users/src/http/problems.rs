//! What the use cases' errors are over HTTP.

use actix_web::http::StatusCode;
use platform::Problem;

use crate::app::log_in::LogInError;
use crate::app::passwords::Busy;
use crate::app::register::RegisterError;

impl From<RegisterError> for Problem {
    fn from(error: RegisterError) -> Self {
        match error {
            RegisterError::EmailTaken => {
                Self::conflict("email-taken", "Somebody has registered with this e-mail address")
            }
            RegisterError::Busy(busy) => busy.into(),
            RegisterError::Store(error) => error.into(),
        }
    }
}

impl From<LogInError> for Problem {
    fn from(error: LogInError) -> Self {
        match error {
            LogInError::WrongCredentials => Self::new(
                StatusCode::UNAUTHORIZED,
                "wrong-credentials",
                "The e-mail address or the password is wrong",
            ),
            LogInError::Busy(busy) => busy.into(),
            LogInError::Store(error) => error.into(),
        }
    }
}

impl From<Busy> for Problem {
    fn from(_: Busy) -> Self {
        tracing::warn!("Answered 503: too many passwords are being hashed");
        Self::unavailable()
    }
}
