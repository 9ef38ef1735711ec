-- Goes up whenever a view is made or removed, so that whoever counts in the views knows whether theirs are the present ones.
alter table organizations add column views_version bigint not null default 0;
