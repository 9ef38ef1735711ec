-- What the list of a tag is sorted by and asked for stands in the tag's row too, so that a page of it by date, total or
-- customer is found without looking at orders that do not carry the tag.
alter table order_tags add column customer_sort text not null default '';
alter table order_tags add column destination text not null default '';
alter table order_tags add column total_base_minor bigint not null default 0;
update order_tags
set customer_sort = o.customer_sort, destination = o.destination, total_base_minor = o.total_base_minor
from orders o
where o.organization_id = order_tags.organization_id
    and o.mode = order_tags.mode
    and o.position = order_tags.position;
create index order_tags_placed on order_tags (organization_id, mode, tag, position, facets, destination, total_base_minor);
create index order_tags_total on order_tags (organization_id, mode, tag, total_base_minor, position, facets, destination);
create index order_tags_customer on order_tags (organization_id, mode, tag, customer_sort, position, facets, destination, total_base_minor);
