//! `bordereau user`.

use std::io::{BufRead as _, IsTerminal as _};

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use engine::desk::Desk;
use engine::organizations::{self, Settings};
use engine::people::{self, ADMIN, MEMBER, NewPerson};
use engine::second_factors::{self, SecondFactorError};

use super::Outcome;
use crate::place::{Place, organization};

/// Adds and lists people, sets passwords, and resets second factors.
#[derive(Args)]
pub struct User {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Adds a person. The password comes from BORDEREAU_PASSWORD or from a line of standard input.
    Add(Add),
    /// Lists the people of an organization.
    List {
        /// The organization, by name or id.
        #[arg(long, value_name = "NAME")]
        organization: Option<String>,
    },
    /// Sets another password, from BORDEREAU_PASSWORD or a line of standard input.
    Password {
        /// Whose.
        #[arg(long)]
        email: String,
    },
    /// Turns two-factor authentication off for someone who lost their phone, ends their sessions and tells them.
    ResetSecondFactor {
        /// Whose.
        #[arg(long)]
        email: String,
    },
}

#[derive(Args)]
struct Add {
    /// Their address, which they sign in with.
    #[arg(long)]
    email: String,
    /// What they are called.
    #[arg(long)]
    name: String,
    /// What they may do: admin, member, or a role of the organization's own.
    #[arg(long, default_value = "member", conflicts_with = "support")]
    role: String,
    /// Operator support: staff of whoever runs this installation, across organizations.
    #[arg(long)]
    support: bool,
    /// The organization they belong to.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["support", "new_organization"])]
    organization: Option<String>,
    /// Makes a new organization for them.
    #[arg(long, value_name = "NAME", conflicts_with = "support")]
    new_organization: Option<String>,
}

impl User {
    pub(super) async fn run(self) -> Result<Outcome> {
        let (desk, _) = self.place.open(matches!(self.what, What::Add(_))).await?;
        match self.what {
            What::Add(add) => add.run(&desk).await?,
            What::List {
                organization: named,
            } => {
                let organization = organization(&desk, named.as_deref()).await?;
                for (person, role) in desk.store().team(&organization).await? {
                    let state = if person.disabled_at.is_some() {
                        "disabled"
                    } else {
                        "active"
                    };
                    println!("{}\t{}\t{}\t{state}", person.email, person.name, role.name);
                }
            }
            What::Password { email } => {
                people::set_password(&desk, &email, &password()?).await?;
                println!("the password of {email} is set");
            }
            What::ResetSecondFactor { email } => {
                match second_factors::reset_by_operator(&desk, &email).await {
                    Err(SecondFactorError::NotBegun) => bail!("{email} has no second factor"),
                    done => done?,
                }
                println!("{email} signs in with their password alone");
            }
        }
        desk.store().close().await;
        Ok(Outcome::Fine)
    }
}

impl Add {
    async fn run(self, desk: &Desk) -> Result<()> {
        let secret = password()?;
        let new = NewPerson {
            email: self.email.clone(),
            name: self.name.clone(),
            password: secret,
            is_support: self.support,
        };
        if self.support {
            people::add(desk, new, None).await?;
            println!("{} is operator support", self.email);
            return Ok(());
        }
        if let Some(name) = &self.new_organization {
            self.found(desk, name, new).await?;
        } else {
            let organization = organization(desk, self.organization.as_deref()).await?;
            people::add(desk, new, Some((&organization, &self.role))).await?;
        }
        println!("{} can sign in as {}", self.email, self.role);
        Ok(())
    }

    /// Makes an organization for a person. All that can be refused is looked at before anything is made.
    async fn found(&self, desk: &Desk, name: &str, new: NewPerson) -> Result<()> {
        let store = desk.store();
        if name.trim().is_empty() {
            bail!("--new-organization is empty; give it a name");
        }
        if store
            .organizations()
            .await?
            .iter()
            .any(|(_, known)| known == name)
        {
            bail!("there is an organization \"{name}\" already; add them with --organization");
        }
        if ![ADMIN, MEMBER].contains(&self.role.as_str()) {
            bail!(
                "a new organization has the roles {ADMIN} and {MEMBER}, not \"{}\"",
                self.role
            );
        }
        let person = people::add(desk, new, None).await?;
        let organization = organizations::create(desk, name, Settings::default()).await?;
        store
            .put_member(&organization, &person, &self.role, desk.now())
            .await?;
        Ok(())
    }
}

/// A password that is never an argument, where every user of the machine could read it.
fn password() -> Result<String> {
    if let Ok(password) = std::env::var("BORDEREAU_PASSWORD") {
        return Ok(password);
    }
    if std::io::stdin().is_terminal() {
        eprint!("password (it is shown as you type): ");
    }
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    let password = line.trim_end_matches(['\r', '\n']).to_owned();
    if password.is_empty() {
        bail!("no password was given; set BORDEREAU_PASSWORD, or give it on standard input");
    }
    Ok(password)
}
