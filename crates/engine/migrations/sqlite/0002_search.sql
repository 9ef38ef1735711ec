-- Full-text search of an embedded desk. The rowid is the organization's ordinal and the order's position, so that
-- matches come newest first without sorting. The words are folded already; the index keeps no text of its own.
create virtual table order_search using fts5 (
    words,
    content = '',
    contentless_delete = 1,
    detail = none,
    tokenize = "unicode61 remove_diacritics 0"
);
