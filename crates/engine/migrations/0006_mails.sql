-- E-mails to people of the desk: invitations and passwords. What is to be sent is kept with what caused it.
create table account_mails (
    organization_id text not null,
    id text not null,
    kind text not null,
    recipient text not null,
    name text not null,
    sent_by text not null,
    language text not null,
    -- Holds a secret: emptied once the e-mail is sent or given up.
    link text not null,
    -- When the link ends; later the e-mail is not sent any more.
    good_until_us bigint,
    state text not null,
    problem text not null,
    created_at_us bigint not null,
    settled_at_us bigint,
    constraint account_mails_pkey primary key (organization_id, id)
);

-- Who asked for another password. The token is known to the e-mail alone; what is stored is its hash.
create table password_resets (
    token_hash text not null,
    person_id text not null,
    created_at_us bigint not null,
    constraint password_resets_pkey primary key (token_hash),
    constraint password_resets_person_fkey foreign key (person_id) references people (id)
);
create index password_resets_person on password_resets (person_id, created_at_us);

-- The words of e-mails to shoppers that a merchant has written instead of ours.
create table mail_words (
    organization_id text not null,
    kind text not null,
    language text not null,
    words text not null,
    changed_by text not null,
    changed_at_us bigint not null,
    constraint mail_words_pkey primary key (organization_id, kind, language)
);
