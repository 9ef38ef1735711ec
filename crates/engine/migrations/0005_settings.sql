-- Who is asked to join an organization. The link is known to whoever got it alone; what is stored is its hash. Whoever
-- joins leaves no invitation behind: who invited whom stands in organization_events.
create table invitations (
    organization_id text not null,
    id text not null,
    -- In lower case, as people are kept.
    email text not null,
    role_id text not null,
    token_hash text not null,
    invited_by text not null,
    created_at_us bigint not null,
    expires_at_us bigint not null,
    constraint invitations_pkey primary key (organization_id, id),
    constraint invitations_email_key unique (organization_id, email),
    constraint invitations_role_fkey foreign key (organization_id, role_id) references roles (organization_id, id)
);

-- What was changed in an organization's settings and team, and by whom, append-only.
create table organization_events (
    organization_id text not null,
    seq bigint not null,
    at_us bigint not null,
    actor text not null,
    kind text not null,
    body text not null,
    constraint organization_events_pkey primary key (organization_id, seq)
);
