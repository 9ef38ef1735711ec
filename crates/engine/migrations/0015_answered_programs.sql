-- What programs were answered is forgotten after a while; the keys that recognise imported orders stay. The index holds
-- the former alone, so that forgetting looks at few rows and an import writes none of it.
create index idempotency_programs on idempotency (organization_id, created_at_us) where key like '%:api/%';
