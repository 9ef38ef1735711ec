-- Where programs elsewhere are told what happens to orders. Each row is also the queue of its endpoint: one worker at a
-- time serves it, and not before it is due.
create table webhooks (
    organization_id text not null,
    id text not null,
    mode text not null,
    kind text not null,
    url text not null,
    status text not null,
    description text not null,
    -- A query of its own, whose answer is told; empty for the whole object.
    query text not null,
    -- What its messages are signed with, the latest first; after a rotation the one before signs too for a while.
    secrets text not null,
    -- Who set it last, with what they might do then: the query sees no more than they may.
    actor text not null,
    created_by text not null,
    created_at_us bigint not null,
    updated_by text not null,
    updated_at_us bigint not null,
    due_at_us bigint not null,
    lease text not null,
    -- How often nothing arrived, since something last did.
    failures bigint not null,
    failing_since_us bigint,
    last_success_at_us bigint,
    problem text not null,
    constraint webhooks_pkey primary key (organization_id, id)
);
create index webhooks_told on webhooks (organization_id, mode, kind) where status = 'enabled';
create index webhooks_due on webhooks (organization_id, due_at_us) where status = 'enabled';

-- What each webhook is told: written with the change of the order, its body fixed when it is first sent.
create table webhook_messages (
    organization_id text not null,
    webhook_id text not null,
    id text not null,
    kind text not null,
    order_id text not null,
    subject text not null,
    -- The place of what happened in the order's history: an order's messages go out in it.
    seq bigint not null,
    state text not null,
    body text not null,
    attempts bigint not null,
    happened_at_us bigint not null,
    -- Since when it is tried: when it happened, or when a person sent it again.
    since_us bigint not null,
    next_at_us bigint not null,
    settled_at_us bigint,
    problem text not null,
    constraint webhook_messages_pkey primary key (organization_id, webhook_id, id)
);
create index webhook_messages_due on webhook_messages (organization_id, webhook_id, next_at_us, id)
    where state = 'waiting';
create index webhook_messages_order on webhook_messages (organization_id, webhook_id, order_id, seq, id)
    where state = 'waiting';
create index webhook_messages_parked on webhook_messages (organization_id, webhook_id, id) where state = 'parked';
create index webhook_messages_settled on webhook_messages (organization_id, settled_at_us);

-- Every try, as it went out and what came back; swept out after a while.
create table webhook_attempts (
    organization_id text not null,
    id text not null,
    webhook_id text not null,
    message_id text not null,
    mode text not null,
    kind text not null,
    order_id text not null,
    url text not null,
    headers text not null,
    status bigint,
    answer text not null,
    problem text not null,
    duration_ms bigint not null,
    at_us bigint not null,
    constraint webhook_attempts_pkey primary key (organization_id, id)
);
create index webhook_attempts_webhook on webhook_attempts (organization_id, webhook_id, id);
create index webhook_attempts_age on webhook_attempts (organization_id, at_us);
