-- What providers tell by themselves, as it came: stored before it is answered, taken in by the worker, shown where it
-- could not be. It may hold personal data, so what is settled is swept out after a while.
create table deliveries (
    organization_id text not null,
    id text not null,
    -- Who says it, such as `stripe`: the name that their payments have here too.
    source text not null,
    -- A hash of the body: the same words twice are one delivery.
    fingerprint text not null,
    body text not null,
    -- The sender's own id and kind of the message, once it was read.
    external_id text not null,
    kind text not null,
    state text not null,
    problem text not null,
    received_at_us bigint not null,
    settled_at_us bigint,
    constraint deliveries_pkey primary key (organization_id, id),
    constraint deliveries_fingerprint_key unique (organization_id, source, fingerprint)
);
create index deliveries_settled on deliveries (organization_id, settled_at_us);
