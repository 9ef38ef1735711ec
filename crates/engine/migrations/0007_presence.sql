-- Who has an order's page open, and where on it. A row counts for the time that `engine::presence` says, and goes then.
create table presence (
    organization_id text not null,
    order_id text not null,
    person_id text not null,
    place text not null,
    name text not null,
    seen_at_us bigint not null,
    constraint presence_pkey primary key (organization_id, order_id, person_id, place)
);
