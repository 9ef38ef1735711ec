-- Full-text search. The words are folded already, so the vector is made of them as they are. A table of its own,
-- because a change of an order's status would otherwise write all its words into the index again.
create table order_search (
    organization_id text not null,
    mode text not null,
    position bigint not null,
    words tsvector not null,
    constraint order_search_pkey primary key (organization_id, mode, position)
);
create index order_search_words on order_search using gin (words);
