-- Full-text search of an embedded desk. The rowid is the organization's ordinal and the order's position, so that
-- matches come newest first without sorting. The words are folded already, so the tokenizer is the one that takes them
-- as they are: letters beyond ASCII are all alike to it. The index keeps no text of its own. Beginnings of up to eight
-- letters are indexed like words, because putting the matches of every longer word together takes a third of a second
-- where a million orders share one, as they do the domain of an e-mail address.
create virtual table order_search using fts5 (
    words,
    content = '',
    contentless_delete = 1,
    detail = none,
    tokenize = "ascii",
    prefix = '1 2 3 4 5 6 7 8'
);
