-- E-mails on their way through a mail server that would take the same one twice: what is begun is written down before,
-- and what came of it behind, so that none is sent again after a crash. What it says is not kept, it may hold a secret.
create table outgoing_mails (
    organization_id text not null,
    id text not null,
    mode text not null,
    kind text not null,
    order_id text,
    recipient text not null,
    subject text not null,
    state text not null,
    -- In the mail server's words.
    problem text not null,
    begun_at_us bigint not null,
    settled_at_us bigint,
    constraint outgoing_mails_pkey primary key (organization_id, id)
);
create index outgoing_mails_begun on outgoing_mails (organization_id, begun_at_us, id);
create index outgoing_mails_order on outgoing_mails (organization_id, order_id);
