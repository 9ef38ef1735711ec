//! Who may change whose rights (P2): nobody gives what they do not have, and an organization keeps an admin.

use serde::{Deserialize, Serialize};

use crate::actor::{Actor, Permission, Permissions};

/// The role that may do everything (P2).
pub const ADMIN: &str = "admin";

/// The role for orders and catalogue, without billing, reports or settings (P2).
pub const MEMBER: &str = "member";

/// The longest name of a role, a key, a person or an organization, in characters.
pub const MAX_NAME: usize = 80;

/// Why a team stays as it is. Nothing has changed when one of these is returned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum TeamRefusal {
    /// Without this person nobody could manage the organization any more.
    #[error("{name} is the last admin; make someone else an admin first")]
    LastAdmin {
        /// Who.
        name: String,
    },
    /// It is about more than whoever asks may do.
    #[error("this is about more than you may do yourself; ask an admin")]
    Beyond {
        /// The first permission that is lacking.
        permission: Permission,
    },
    /// The person, role, invitation or key is not there any more.
    #[error("it is not there any more; load the page again")]
    Gone,
    /// There is no such role in the organization.
    #[error("there is no role \"{role}\" in this organization")]
    RoleUnknown {
        /// What was asked for.
        role: String,
    },
    /// Admin and Member are the same everywhere.
    #[error("the roles Admin and Member are the same everywhere; make a role of your own")]
    RoleBuiltIn,
    /// Someone has it, or is invited with it.
    #[error("{people} people have or are invited with this role; give them another one first")]
    RoleInUse {
        /// How many.
        people: usize,
    },
    /// A name is required.
    #[error("the name is missing")]
    NameMissing,
    /// A name is longer than the bound.
    #[error("the name is longer than {max} characters")]
    NameTooLong {
        /// The bound, in characters.
        max: usize,
    },
    /// Another role has the name.
    #[error("there is a role \"{name}\" already")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// A role or a key that may do nothing.
    #[error("choose one permission at least")]
    NothingAllowed,
    /// Not an address.
    #[error("\"{given}\" is not an e-mail address")]
    EmailMalformed {
        /// What came.
        given: String,
    },
    /// Not an address that answers could go to.
    #[error("\"{given}\" is not an e-mail address for answers")]
    ReplyToMalformed {
        /// What came.
        given: String,
    },
    /// They are in the team already.
    #[error("{email} is in the team already")]
    MemberAlready {
        /// Who.
        email: String,
    },
    /// They have no second factor.
    #[error("{name} has no second factor")]
    SecondFactorNone {
        /// Who.
        name: String,
    },
    /// It would let who is in front of an open browser do without the code.
    #[error("your own second factor is turned off under Preferences, with a code")]
    SecondFactorOwn,
    /// It protects another organization too.
    #[error(
        "{name} works for others too; ask operator support, or run `bordereau user reset-second-factor`"
    )]
    SecondFactorElsewhere {
        /// Who.
        name: String,
    },
    /// Too short to be a secret.
    #[error("the password is too short; use {min} characters or more")]
    PasswordTooShort {
        /// The bound, in characters.
        min: usize,
    },
}

impl TeamRefusal {
    /// Its stable name.
    pub fn code(&self) -> &'static str {
        match self {
            Self::LastAdmin { .. } => "last_admin",
            Self::Beyond { .. } => "beyond",
            Self::Gone => "gone",
            Self::RoleUnknown { .. } => "role_unknown",
            Self::RoleBuiltIn => "role_built_in",
            Self::RoleInUse { .. } => "role_in_use",
            Self::NameMissing => "name_missing",
            Self::NameTooLong { .. } => "name_too_long",
            Self::NameTaken { .. } => "name_taken",
            Self::NothingAllowed => "nothing_allowed",
            Self::EmailMalformed { .. } => "email_malformed",
            Self::ReplyToMalformed { .. } => "reply_to_malformed",
            Self::MemberAlready { .. } => "member_already",
            Self::SecondFactorNone { .. } => "second_factor_none",
            Self::SecondFactorOwn => "second_factor_own",
            Self::SecondFactorElsewhere { .. } => "second_factor_elsewhere",
            Self::PasswordTooShort { .. } => "password_too_short",
        }
    }

    /// The field of a form that it is about; empty where it is about none.
    pub fn field(&self) -> &'static str {
        match self {
            Self::LastAdmin { .. }
            | Self::Gone
            | Self::RoleBuiltIn
            | Self::RoleInUse { .. }
            | Self::SecondFactorNone { .. }
            | Self::SecondFactorOwn
            | Self::SecondFactorElsewhere { .. } => "",
            Self::Beyond { .. } | Self::NothingAllowed => "permissions",
            Self::RoleUnknown { .. } => "role",
            Self::NameMissing | Self::NameTooLong { .. } | Self::NameTaken { .. } => "name",
            Self::EmailMalformed { .. } | Self::MemberAlready { .. } => "email",
            Self::ReplyToMalformed { .. } => "mail_reply_to",
            Self::PasswordTooShort { .. } => "password",
        }
    }
}

/// Someone of the team, as these rules see them.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    /// What they are called.
    pub name: &'a str,
    /// Whether their role is the built-in [`ADMIN`].
    pub is_admin: bool,
    /// What their role allows.
    pub permissions: &'a Permissions,
    /// How many other people who can sign in are admins.
    pub other_admins: usize,
}

/// Refuses permissions that whoever asks does not have.
///
/// # Errors
/// [`TeamRefusal::Beyond`] with the first of them.
pub fn within(actor: &Actor, permissions: &Permissions) -> Result<(), TeamRefusal> {
    match permissions.iter().find(|one| !actor.may(**one)) {
        Some(permission) => Err(TeamRefusal::Beyond {
            permission: *permission,
        }),
        None => Ok(()),
    }
}

/// Refuses to give a member another role, `is_admin` and what it allows being the new one's.
///
/// Both roles must be within what the actor may do: so nobody raises anyone above themselves, themselves included, and
/// nobody lowers who stands above them.
///
/// # Errors
/// [`TeamRefusal::Beyond`] or [`TeamRefusal::LastAdmin`].
pub fn give(
    actor: &Actor,
    member: Standing<'_>,
    is_admin: bool,
    permissions: &Permissions,
) -> Result<(), TeamRefusal> {
    within(actor, permissions)?;
    if is_admin {
        return within(actor, member.permissions);
    }
    remove(actor, member)
}

/// Refuses to take a member out, or away from being an admin.
///
/// # Errors
/// As [`give`].
pub fn remove(actor: &Actor, member: Standing<'_>) -> Result<(), TeamRefusal> {
    within(actor, member.permissions)?;
    if member.is_admin && member.other_admins == 0 {
        return Err(TeamRefusal::LastAdmin {
            name: member.name.to_owned(),
        });
    }
    Ok(())
}

/// Whose second factor it is, as [`reset_second_factor`] sees them.
#[derive(Clone, Copy, Debug)]
pub struct Holder<'a> {
    /// In the team.
    pub standing: Standing<'a>,
    /// Whether they have one.
    pub has_second_factor: bool,
    /// Whether whoever asks is who has it.
    pub is_oneself: bool,
    /// Whether it protects more than this organization: they belong to another, or are operator support.
    pub is_elsewhere: bool,
}

/// Refuses to remove a member's second factor for them: who stands above keeps theirs, one's own takes a code, and what
/// protects other organizations is operator support's.
///
/// # Errors
/// One of the refusals about second factors, or [`TeamRefusal::Beyond`].
pub fn reset_second_factor(actor: &Actor, holder: Holder<'_>) -> Result<(), TeamRefusal> {
    let name = holder.standing.name.to_owned();
    if !holder.has_second_factor {
        return Err(TeamRefusal::SecondFactorNone { name });
    }
    if holder.is_oneself {
        return Err(TeamRefusal::SecondFactorOwn);
    }
    within(actor, holder.standing.permissions)?;
    if holder.is_elsewhere && !actor.is_support() {
        return Err(TeamRefusal::SecondFactorElsewhere { name });
    }
    Ok(())
}

/// The name as it is kept: without spaces around it.
///
/// # Errors
/// [`TeamRefusal::NameMissing`] or [`TeamRefusal::NameTooLong`].
pub fn name(given: &str) -> Result<String, TeamRefusal> {
    let name = given.trim();
    if name.is_empty() || name.contains('\0') {
        return Err(TeamRefusal::NameMissing);
    }
    if name.chars().count() > MAX_NAME {
        return Err(TeamRefusal::NameTooLong { max: MAX_NAME });
    }
    Ok(name.to_owned())
}

/// An address as it is kept: in lower case, without spaces around it.
///
/// # Errors
/// [`TeamRefusal::EmailMalformed`].
pub fn email(given: &str) -> Result<String, TeamRefusal> {
    let email = given.trim().to_lowercase();
    let has_parts = email
        .split_once('@')
        .is_some_and(|(user, host)| !user.is_empty() && !host.is_empty() && !host.contains('@'));
    let is_plain = !email.contains(|letter: char| letter.is_whitespace() || letter.is_control());
    if has_parts && is_plain && email.len() <= MAX_EMAIL {
        return Ok(email);
    }
    Err(TeamRefusal::EmailMalformed {
        given: given.to_owned(),
    })
}

/// The longest address that can be sent to, in bytes (RFC 5321).
const MAX_EMAIL: usize = 254;

/// Refuses what a role or a key may not be made with: nothing at all, or more than the actor has.
///
/// # Errors
/// [`TeamRefusal::NothingAllowed`] or [`TeamRefusal::Beyond`].
pub fn grantable(actor: &Actor, permissions: &Permissions) -> Result<(), TeamRefusal> {
    if permissions.is_empty() {
        return Err(TeamRefusal::NothingAllowed);
    }
    within(actor, permissions)
}
