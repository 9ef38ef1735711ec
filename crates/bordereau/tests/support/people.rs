//! Who the tests' desks know.

use super::{Desk, PASSWORD};

/// The admin of the shop.
pub const ADA: &str = "ada@shop.example";
/// A member beside her.
pub const MAX: &str = "max@shop.example";
/// The admin of another organization.
pub const EVE: &str = "eve@other.example";

impl Desk {
    /// This desk with an organization and an admin; what is confirmed goes out at once.
    pub fn with_shop(&self) -> &Self {
        self.with_careful_shop();
        let statement = "update organizations set settings = replace(settings, '\"undo_s\":10', '\"undo_s\":0')";
        assert_eq!(self.tamper(statement), 1);
        self
    }

    /// This desk with an organization and an admin, and with the time to undo that every new one has.
    pub fn with_careful_shop(&self) -> &Self {
        self.user_add(&new("Shop", ADA, "Ada"), PASSWORD).fine();
        self
    }

    /// Adds Max to the one organization that is there.
    pub fn add_max(&self) {
        let max = ["--email", MAX, "--name", "Max", "--role", "member"];
        self.user_add(&max, PASSWORD).fine();
    }

    /// Adds another organization with Eve.
    pub fn add_eve(&self) {
        self.user_add(&new("Other", EVE, "Eve"), PASSWORD).fine();
    }
}

/// The arguments that make an organization with its admin.
fn new<'a>(organization: &'a str, email: &'a str, name: &'a str) -> [&'a str; 8] {
    [
        "--new-organization",
        organization,
        "--email",
        email,
        "--name",
        name,
        "--role",
        "admin",
    ]
}
