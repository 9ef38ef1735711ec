-- Landed costs that were quoted. The document never changes; what becomes of it stands beside it.
create table landed_costs (
    organization_id text not null,
    id text not null,
    mode text not null,
    origin text not null,
    destination text not null,
    document text not null,
    created_at_us bigint not null,
    expires_at_us bigint not null,
    -- The one order that was made of it.
    order_id text,
    -- The caller's key, so that asking again calculates nothing.
    request_key text,
    fingerprint text,
    constraint landed_costs_pkey primary key (organization_id, id),
    constraint landed_costs_request_key unique (organization_id, mode, request_key)
);
create index landed_costs_listed on landed_costs (organization_id, mode, id);
-- Finds those that expired without an order, to be forgotten.
create index landed_costs_unused on landed_costs (organization_id, order_id, expires_at_us);
