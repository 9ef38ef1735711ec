-- People and places that programs tell before they are part of an order. What an order has of them is its own copy.
create table parties (
    organization_id text not null,
    id text not null,
    mode text not null,
    -- What they are to an order, such as `destination`.
    kind text not null,
    address text not null,
    -- Who told them: the actor's id.
    author text not null,
    created_at_us bigint not null,
    constraint parties_pkey primary key (organization_id, id)
);
