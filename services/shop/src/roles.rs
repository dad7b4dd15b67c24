//! Which code a role is.

use std::str::FromStr;

use contracts::Role;
use platform::Service;

/// A role's name on the command line, or `all`.
#[derive(Clone, Copy, Debug)]
pub enum Selection {
    One(Role),
    All,
}

impl FromStr for Selection {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        if name == "all" {
            return Ok(Self::All);
        }
        let known = || Role::ALL.map(Role::name).join(", ");
        Role::find(name)
            .map(Self::One)
            .ok_or_else(|| format!("there is no role {name}: take one of {}, all", known()))
    }
}

impl Selection {
    pub fn services(self) -> Vec<Service> {
        match self {
            Self::One(role) => vec![service(role)],
            Self::All => Role::ALL.map(service).to_vec(),
        }
    }
}

fn service(role: Role) -> Service {
    match role {
        Role::Gateway => gateway::SERVICE,
        Role::Storefront => storefront::SERVICE,
        Role::Users => users::SERVICE,
        Role::Catalog => catalog::SERVICE,
        Role::Inventory => inventory::SERVICE,
        Role::Orders => orders::SERVICE,
        Role::Payments => payments::SERVICE,
        Role::Notifications => notifications::SERVICE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_is_its_own_service_and_has_migrations_where_it_owns_a_database() {
        for role in Role::ALL {
            let service = service(role);
            assert_eq!(service.role, role);
            assert_eq!(service.migrations.is_some(), role.spec().owns_database, "{role}");
            assert_eq!(service.contract.is_some(), role.spec().contract.is_some(), "{role}");
        }
    }
}
