-- Labels that were bought, in the order in which they were: what a list of them reads and counts. Every commit keeps it;
-- it holds nothing that the orders do not.
create table labels (
    organization_id text not null,
    id text not null,
    mode text not null,
    order_id text not null,
    -- The carrier account that bought it.
    account text not null,
    -- `created` or `voided`.
    state text not null,
    created_at_us bigint not null,
    constraint labels_pkey primary key (organization_id, id)
);
create index labels_listed on labels (organization_id, mode, created_at_us, id);

insert into labels (organization_id, id, mode, order_id, account, state, created_at_us)
select o.organization_id, json_extract(s.value, '$.label.id'), o.mode, o.id, json_extract(s.value, '$.label.account'),
    case json_extract(s.value, '$.label.state') when 'voided' then 'voided' else 'created' end,
    cast(strftime('%s', substr(json_extract(s.value, '$.created_at'), 1, 19)) as integer) * 1000000 + cast(substr(rtrim(substr(json_extract(s.value, '$.created_at'), 21), 'Z') || '000000', 1, 6) as integer)
from orders o, json_each(o.document, '$.shipments') s
where o.document like '%"label":{%' and json_extract(s.value, '$.label.state') in ('bought', 'void_requested', 'voided');
