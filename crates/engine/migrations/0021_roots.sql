-- What programs tell step by step before there is an order; a document for each sale, which only grows.
create table roots (
    organization_id text not null,
    id text not null,
    mode text not null,
    document text not null,
    -- Counts its changes: who changes it names the one they saw.
    version bigint not null,
    created_at_us bigint not null,
    expires_at_us bigint not null,
    constraint roots_pkey primary key (organization_id, id)
);
create index roots_listed on roots (organization_id, mode, created_at_us, id);
-- Finds those that expired, to be forgotten.
create index roots_expired on roots (organization_id, expires_at_us);

-- The root that a landed cost was calculated of; none where it was asked for whole.
alter table landed_costs add column root_id text;
create index landed_costs_root on landed_costs (organization_id, root_id);

-- Rates of exchange that are held for whoever asked.
create table exchange_rates (
    organization_id text not null,
    id text not null,
    mode text not null,
    -- The root that it is used for; none where it is told alone.
    root_id text,
    document text not null,
    expires_at_us bigint not null,
    constraint exchange_rates_pkey primary key (organization_id, id)
);
create index exchange_rates_root on exchange_rates (organization_id, root_id);
create index exchange_rates_expired on exchange_rates (organization_id, expires_at_us);
