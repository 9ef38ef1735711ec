-- What the carrier gave to be printed, a file a label, in base64: it is kept before the label counts as bought.
create table label_files (
    organization_id text not null,
    label_id text not null,
    -- `pdf` or `zpl`.
    kind text not null,
    content text not null,
    created_at_us bigint not null,
    constraint label_files_pkey primary key (organization_id, label_id)
);
