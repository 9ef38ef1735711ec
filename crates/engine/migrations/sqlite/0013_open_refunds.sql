-- The refunds that are not settled: what the queue shows, oldest first, and what is looked at when no word comes. Every
-- commit keeps it; it holds nothing that the orders do not.
create table open_refunds (
    organization_id text not null,
    order_id text not null,
    refund_id text not null,
    mode text not null,
    state text not null,
    requested_at_us bigint not null,
    changed_at_us bigint not null,
    -- When the desk looks whether it is stuck; never for one that failed, which waits for a person.
    look_at_us bigint,
    constraint open_refunds_pkey primary key (organization_id, order_id, refund_id)
) {without_rowid};
create index open_refunds_age on open_refunds (organization_id, mode, requested_at_us, refund_id);
create index open_refunds_state on open_refunds (organization_id, mode, state, requested_at_us, refund_id);
create index open_refunds_look on open_refunds (organization_id, look_at_us);

-- When money moved, for reports of a period: no more than a few rows an order.
create index order_events_money on order_events (organization_id, at_us, order_id, seq) where kind = 'money_moved';

insert into open_refunds (organization_id, order_id, refund_id, mode, state, requested_at_us, changed_at_us)
select o.organization_id, o.id, json_extract(r.value, '$.id'), o.mode, json_extract(r.value, '$.state'),
    cast(strftime('%s', substr(json_extract(r.value, '$.requested_at'), 1, 19)) as integer) * 1000000 + cast(substr(rtrim(substr(json_extract(r.value, '$.requested_at'), 21), 'Z') || '000000', 1, 6) as integer),
    cast(strftime('%s', substr(json_extract(r.value, '$.changed_at'), 1, 19)) as integer) * 1000000 + cast(substr(rtrim(substr(json_extract(r.value, '$.changed_at'), 21), 'Z') || '000000', 1, 6) as integer)
from orders o, json_each(o.document, '$.refunds') r
where o.document like '%"refunds":[%' and json_extract(r.value, '$.state') <> 'succeeded'
    and (json_extract(r.value, '$.state') <> 'failed' or json_extract(r.value, '$.origin') <> 'provider');
update open_refunds set look_at_us = changed_at_us + 3600000000 where state <> 'failed';
