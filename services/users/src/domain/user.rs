//! A registered person, and who is about to become one.

use contracts::api::users::{Locale, UserRole};
use kernel::UserId;

use super::{Email, Password, PersonName};

#[derive(Clone, Debug, PartialEq)]
pub struct User {
    pub id: UserId,
    pub email: String,
    pub name: String,
    pub roles: Vec<UserRole>,
}

/// A registration whose every field is good.
#[derive(Debug)]
pub struct NewUser {
    pub email: Email,
    pub name: PersonName,
    pub password: Password,
    pub roles: Vec<UserRole>,
    pub locale: Locale,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a user is a customer, a seller or both")]
pub struct NoRole;

/// The roles that people give themselves; support and admin are given by others.
pub fn roles(is_customer: bool, is_seller: bool) -> Result<Vec<UserRole>, NoRole> {
    let asked = [(is_customer, UserRole::Customer), (is_seller, UserRole::Seller)];
    let roles: Vec<_> = asked.into_iter().filter_map(|(wanted, role)| wanted.then_some(role)).collect();
    if roles.is_empty() { Err(NoRole) } else { Ok(roles) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_has_at_least_one_role() {
        assert_eq!(roles(false, false), Err(NoRole));
        assert_eq!(roles(true, true), Ok(vec![UserRole::Customer, UserRole::Seller]));
    }
}
