-- Who is signed in, where and since when. The token is known to the browser alone; what is stored is its hash.
create table sessions (
    token_hash text not null,
    person_id text not null,
    organization_id text not null,
    mode text not null,
    created_at_us bigint not null,
    seen_at_us bigint not null,
    constraint sessions_pkey primary key (token_hash),
    constraint sessions_person_fkey foreign key (person_id) references people (id)
);
create index sessions_person on sessions (person_id);
