-- Tariffs that an organization brought in: each import is a version that stays, for what was quoted with it.
create table tariff_versions (
    organization_id text not null,
    version bigint not null,
    -- Whose data it is, in the organization's words; the newest version of each source holds.
    source text not null,
    -- The day that the data tells of.
    stated_on text not null,
    -- A hash of the rows: the same again is no new version.
    fingerprint text not null,
    row_count bigint not null,
    imported_by text not null,
    imported_at_us bigint not null,
    -- Which version took its place; 0 while it holds.
    replaced_by bigint not null,
    constraint tariff_versions_pkey primary key (organization_id, version)
);
create index tariff_versions_source on tariff_versions (organization_id, source, replaced_by);

create table tariff_rows (
    organization_id text not null,
    version bigint not null,
    destination text not null,
    -- What an HS code must begin with; empty where it does not matter.
    hs_prefix text not null,
    -- Where it stands in the file.
    place bigint not null,
    body text not null,
    constraint tariff_rows_pkey primary key (organization_id, version, destination, hs_prefix, place)
) {without_rowid};
