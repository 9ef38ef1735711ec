-- The whole schema of a new desk. Text and bigint only, so that one text per statement serves every database.
-- {without_rowid} stands for SQLite's clustered tables and for nothing elsewhere; see store/dialect.rs.

create table organizations (
    id text not null,
    -- A small number that leads the search index of an embedded desk.
    ordinal bigint not null,
    name text not null,
    settings text not null,
    next_desk_number bigint not null,
    created_at_us bigint not null,
    constraint organizations_pkey primary key (id),
    constraint organizations_ordinal_key unique (ordinal)
);

-- One row an order: the document, and the columns the list filters and sorts by.
create table orders (
    organization_id text not null,
    id text not null,
    mode text not null,
    desk_number bigint not null,
    -- When it was placed, made unique in the organization by the desk number: the order of the list.
    position bigint not null,
    version bigint not null,
    number text,
    customer text not null,
    customer_sort text not null,
    -- Status, payment, disputed, fulfilment, both promises, source and attention as one text; see store/facets.rs.
    facets text not null,
    destination text not null,
    attention_count bigint not null,
    currency text not null,
    total_minor bigint not null,
    base_currency text not null,
    total_base_minor bigint not null,
    tags text not null,
    -- What the search finds it by, folded, each word after a space.
    words text not null,
    updated_at_us bigint not null,
    document text not null,
    constraint orders_pkey primary key (organization_id, id),
    constraint orders_desk_number_key unique (organization_id, desk_number)
);
create unique index orders_position on orders (organization_id, mode, position);
-- The orders of every combination of facets, newest first by date: a page of any of them merges a few of these lists.
-- What other conditions ask about stands behind, so that an entry that does not meet them is passed over without its row.
create index orders_facets on orders (organization_id, mode, facets, position, destination, total_base_minor);
create index orders_destination on orders (organization_id, mode, destination, facets, position, total_base_minor);
create index orders_total on orders (organization_id, mode, total_base_minor, position, facets, destination);
create index orders_customer on orders (organization_id, mode, customer_sort, position, facets, destination, total_base_minor);

-- What happened, append-only. The body is the event's JSON, whose form is a promise.
create table order_events (
    organization_id text not null,
    order_id text not null,
    seq bigint not null,
    at_us bigint not null,
    kind text not null,
    body text not null,
    constraint order_events_pkey primary key (organization_id, order_id, seq)
);

-- Finds an order by anything exact. `within` is what the value is unique within: the mode for numbers and identifiers,
-- the order for what two orders may share, such as a tracking number.
create table order_keys (
    organization_id text not null,
    kind text not null,
    value text not null,
    within text not null,
    order_id text not null,
    constraint order_keys_pkey primary key (organization_id, kind, value, within)
) {without_rowid};

create table order_tags (
    organization_id text not null,
    mode text not null,
    tag text not null,
    facets text not null,
    position bigint not null,
    constraint order_tags_pkey primary key (organization_id, mode, tag, facets, position)
) {without_rowid};

-- What was answered to a key, so that asking again changes nothing.
create table idempotency (
    organization_id text not null,
    key text not null,
    fingerprint text not null,
    order_id text not null,
    version bigint not null,
    created_at_us bigint not null,
    constraint idempotency_pkey primary key (organization_id, key)
) {without_rowid};

-- The queue. A claimed job is due again when its lease ends, so that a dead worker loses nothing.
create table jobs (
    organization_id text not null,
    id text not null,
    kind text not null,
    mode text not null,
    order_id text not null,
    subject text not null,
    state text not null,
    due_at_us bigint not null,
    attempts bigint not null,
    lease text not null,
    problem text not null,
    created_at_us bigint not null,
    constraint jobs_pkey primary key (organization_id, id)
);
create index jobs_due on jobs (state, organization_id, due_at_us, id);
create index jobs_subject on jobs (organization_id, order_id, kind, subject);

create table saved_views (
    organization_id text not null,
    id text not null,
    -- Whose it is; empty where the whole organization sees it.
    person_id text not null,
    name text not null,
    filter text not null,
    sort text not null,
    place bigint not null,
    created_at_us bigint not null,
    constraint saved_views_pkey primary key (organization_id, id)
);

-- How many orders each view keeps, by the day they were placed, spread over slots so that commits do not queue up.
create table view_counts (
    organization_id text not null,
    view_id text not null,
    mode text not null,
    day bigint not null,
    slot bigint not null,
    count bigint not null,
    constraint view_counts_pkey primary key (organization_id, view_id, mode, day, slot)
) {without_rowid};

create table people (
    id text not null,
    email text not null,
    name text not null,
    password_hash text not null,
    is_support bigint not null,
    preferences text not null,
    created_at_us bigint not null,
    disabled_at_us bigint,
    constraint people_pkey primary key (id),
    constraint people_email_key unique (email)
);

create table roles (
    organization_id text not null,
    id text not null,
    name text not null,
    permissions text not null,
    constraint roles_pkey primary key (organization_id, id)
);

create table members (
    organization_id text not null,
    person_id text not null,
    role_id text not null,
    created_at_us bigint not null,
    constraint members_pkey primary key (organization_id, person_id),
    constraint members_role_fkey foreign key (organization_id, role_id) references roles (organization_id, id)
);
create index members_person on members (person_id);

-- Keys are stored hashed; the hint is what a person recognises one by.
create table api_keys (
    organization_id text not null,
    id text not null,
    mode text not null,
    name text not null,
    hash text not null,
    hint text not null,
    permissions text not null,
    created_at_us bigint not null,
    last_used_at_us bigint,
    revoked_at_us bigint,
    constraint api_keys_pkey primary key (organization_id, id)
);
create index api_keys_hash on api_keys (organization_id, hash);
