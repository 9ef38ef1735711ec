-- Who is asked for a code of their telephone when they sign in. The secret is read by the server at every sign-in, so it
-- cannot be hashed; it is shown while it is set up and never again.
create table second_factors (
    person_id text not null,
    secret text not null,
    -- The session that sets it up, which proved the password; nobody else is shown the secret.
    session_hash text not null,
    begun_at_us bigint not null,
    -- When a first right code confirmed it; until then it is asked of nobody.
    confirmed_at_us bigint,
    -- The last thirty seconds whose code was used: a code works once.
    last_step bigint not null,
    constraint second_factors_pkey primary key (person_id),
    constraint second_factors_person_fkey foreign key (person_id) references people (id)
);

-- Codes for who has lost the telephone, each of which works once. They are stored hashed.
create table recovery_codes (
    person_id text not null,
    code_hash text not null,
    constraint recovery_codes_pkey primary key (person_id, code_hash),
    constraint recovery_codes_person_fkey foreign key (person_id) references people (id)
);

-- Who has given the right password and still has to give a code. The token is known to the browser alone; what is stored
-- is its hash.
create table sign_ins (
    token_hash text not null,
    person_id text not null,
    created_at_us bigint not null,
    constraint sign_ins_pkey primary key (token_hash),
    constraint sign_ins_person_fkey foreign key (person_id) references people (id)
);
create index sign_ins_person on sign_ins (person_id);
