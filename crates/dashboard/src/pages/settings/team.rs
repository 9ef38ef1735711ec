//! Who belongs, and who is invited.

use axum::extract::{Path, Query};
use domain::ids::{InvitationId, PersonId};
use engine::invitations::{self, Invitation};
use engine::people::MEMBER;
use engine::permit::{ManageTeam, Permit};
use engine::roles::roles;
use engine::store::StoreError;
use engine::team::{self, Member, members};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Done, Question, Wrong, ask, choices, page, role_name, said};
use crate::visitor::{Answer, Nothing, Sent, Visitor};

/// What the form of an invitation holds.
#[derive(Default, Deserialize)]
pub(super) struct Invite {
    #[serde(default)]
    email: String,
    #[serde(default)]
    role: String,
}

/// What is shown beside the tables.
#[derive(Default)]
struct Beside {
    invite: Invite,
    wrong: Wrong,
    done: String,
    /// A link that is shown this once, and to whom it belongs.
    link: Option<(String, String)>,
}

/// The page.
pub(super) async fn show(visitor: Visitor, Query(done): Query<Done>) -> Answer {
    let done = done.said(&visitor);
    shown(
        &visitor,
        Beside {
            done,
            ..Beside::default()
        },
    )
    .await
}

async fn shown(visitor: &Visitor, beside: Beside) -> Answer {
    let permit = visitor.permit::<ManageTeam>()?;
    let context = context(visitor, &permit, &beside)
        .await
        .map_err(|error| visitor.failed(&error.into()))?;
    Ok(page(
        visitor,
        "team",
        "settings_team.html",
        &beside.wrong,
        context,
    ))
}

async fn context(
    visitor: &Visitor,
    permit: &Permit<'_, ManageTeam>,
    beside: &Beside,
) -> Result<Value, StoreError> {
    let desk = &visitor.app.desk;
    let roles = roles(desk, permit).await?;
    let members = members(desk, permit).await?;
    let people: Vec<Value> = members
        .iter()
        .map(|member| person(visitor, member, choices(visitor, &roles, &member.role.id)))
        .collect();
    let open = invitations::open(desk, permit).await?;
    let open: Vec<Value> = open.iter().map(|one| invitation(visitor, one)).collect();
    let chosen = match beside.invite.role.as_str() {
        "" => MEMBER,
        chosen => chosen,
    };
    let link = beside
        .link
        .as_ref()
        .map(|(email, url)| json!({"email": email, "url": url}));
    Ok(json!({
        "people": people,
        "invitations": open,
        "roles": choices(visitor, &roles, chosen),
        "email": beside.invite.email,
        "days": invitations::LIFE.as_hours() / 24,
        "link": link,
        "done": beside.done,
    }))
}

fn person(visitor: &Visitor, member: &Member, roles: Vec<Value>) -> Value {
    let formats = &visitor.formats;
    json!({
        "id": member.person.id.as_str(),
        "name": member.person.name,
        "email": member.person.email,
        "is_me": member.person.id == visitor.signed_in.person.id,
        "is_disabled": member.person.disabled_at.is_some(),
        "has_second_factor": member.has_second_factor,
        "role": role_name(visitor.formats.language, &member.role.name),
        "roles": roles,
        "since": formats.moment(member.since),
        "seen": member.seen_at.map(|at| formats.moment(at)).unwrap_or_default(),
        "locked": member.locked.as_ref().map(|why| said(visitor.formats.language, why)).unwrap_or_default(),
    })
}

fn invitation(visitor: &Visitor, invitation: &Invitation) -> Value {
    json!({
        "id": invitation.id.as_str(),
        "email": invitation.email,
        "role": role_name(visitor.formats.language, &invitation.role.name),
        "by": invitation.by.name,
        "is_support": invitation.by.kind == domain::actor::ActorKind::Support,
        "until": visitor.formats.moment(invitation.expires_at),
        "has_expired": invitation.expires_at <= visitor.app.desk.now(),
    })
}

/// Invites someone, and shows the link this once.
pub(super) async fn invite(Sent { visitor, form }: Sent<Invite>) -> Answer {
    let permit = visitor.permit::<ManageTeam>()?;
    let made = invitations::invite(
        &visitor.app.desk,
        &permit,
        &form.email,
        &form.role,
        visitor.formats.language,
    )
    .await;
    invited(&visitor, made, form).await
}

/// Makes another link for an open invitation.
pub(super) async fn send_again(
    Path(id): Path<String>,
    Sent { visitor, .. }: Sent<Nothing>,
) -> Answer {
    let permit = visitor.permit::<ManageTeam>()?;
    let (language, id) = (visitor.formats.language, InvitationId(id));
    let made = invitations::send_again(&visitor.app.desk, &permit, &id, language).await;
    invited(&visitor, made, Invite::default()).await
}

async fn invited(
    visitor: &Visitor,
    made: Result<(Invitation, String), team::TeamFailure>,
    invite: Invite,
) -> Answer {
    let beside = match made {
        Ok((invitation, link)) => Beside {
            link: Some((invitation.email, link)),
            ..Beside::default()
        },
        Err(failure) => Beside {
            invite,
            wrong: Wrong::of(visitor, failure)?,
            ..Beside::default()
        },
    };
    shown(visitor, beside).await
}

/// Withdraws an invitation.
pub(super) async fn withdraw(
    Path(id): Path<String>,
    Sent { visitor, .. }: Sent<Nothing>,
) -> Answer {
    let permit = visitor.permit::<ManageTeam>()?;
    let withdrawn = invitations::withdraw(&visitor.app.desk, &permit, &InvitationId(id)).await;
    changed(&visitor, withdrawn, "withdrawn").await
}

/// Which role.
#[derive(Deserialize)]
pub(super) struct Given {
    #[serde(default)]
    role: String,
}

/// Gives someone another role.
pub(super) async fn give_role(
    Path(person): Path<String>,
    Sent { visitor, form }: Sent<Given>,
) -> Answer {
    let permit = visitor.permit::<ManageTeam>()?;
    let given = team::give_role(&visitor.app.desk, &permit, &PersonId(person), &form.role).await;
    changed(&visitor, given, "role-given").await
}

/// Says what happened on the page, or goes there.
async fn changed(visitor: &Visitor, changed: Result<(), team::TeamFailure>, done: &str) -> Answer {
    let Err(failure) = changed else {
        return Ok(visitor.redirect(&format!("/settings/team?done={done}")));
    };
    // It is about no field of the form of an invitation.
    let wrong = Wrong {
        field: "",
        ..Wrong::of(visitor, failure)?
    };
    let beside = Beside {
        wrong,
        ..Beside::default()
    };
    shown(visitor, beside).await
}

/// Asks before someone is taken out.
pub(super) async fn ask_remove(Path(person): Path<String>, visitor: Visitor) -> Answer {
    let keys = ["team-remove-sure", "team-remove-what", "team-remove"];
    ask_about(visitor, &person, keys).await
}

/// Asks before someone's second factor is removed.
pub(super) async fn ask_reset(Path(person): Path<String>, visitor: Visitor) -> Answer {
    let keys = ["team-reset-sure", "team-reset-what", "team-reset"];
    ask_about(visitor, &person, keys).await
}

/// Asks before something happens to a member: title and text are messages that name them, then the button's.
async fn ask_about(visitor: Visitor, person: &str, keys: [&'static str; 3]) -> Answer {
    let permit = visitor.permit::<ManageTeam>()?;
    let members = members(&visitor.app.desk, &permit)
        .await
        .map_err(|error| visitor.failed(&error.into()))?;
    let member = members
        .into_iter()
        .find(|one| one.person.id.as_str() == person);
    let Some(member) = member else {
        return Ok(crate::guard::nothing_here(visitor).await);
    };
    let name = ("name", member.person.name);
    let question = Question {
        section: "team",
        title: visitor.say(keys[0], std::slice::from_ref(&name)),
        text: visitor.say(keys[1], &[name]),
        button: keys[2],
    };
    Ok(ask(&visitor, &question, &Wrong::default()))
}

/// Removes someone's second factor.
pub(super) async fn reset(
    Path(person): Path<String>,
    Sent { visitor, .. }: Sent<Nothing>,
) -> Answer {
    let permit = visitor.permit::<ManageTeam>()?;
    let (desk, language) = (&visitor.app.desk, visitor.formats.language);
    let reset = team::reset_second_factor(desk, &permit, &PersonId(person), language).await;
    changed(&visitor, reset, "second-factor-reset").await
}

/// Takes someone out.
pub(super) async fn remove(
    Path(person): Path<String>,
    Sent { visitor, .. }: Sent<Nothing>,
) -> Answer {
    let permit = visitor.permit::<ManageTeam>()?;
    let removed = team::remove_member(&visitor.app.desk, &permit, &PersonId(person)).await;
    changed(&visitor, removed, "removed").await
}
