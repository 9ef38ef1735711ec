//! The statements that cannot be the same everywhere, side by side: text search, locks, connection settings.

use domain::ids::OrganizationId;
use domain::order::{Mode, Order};
use domain::search::{Query, searchable_words};

use super::StoreError;
use super::orders::name;
use super::rows::{Rows, Value};

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// The embedded one.
    Sqlite,
    /// PostgreSQL 15 or later, alone or distributed by Citus.
    Postgres,
}

impl Dialect {
    /// Which database an address is of.
    ///
    /// # Errors
    /// [`StoreError::Setup`] for any other.
    pub fn of(url: &str) -> Result<Self, StoreError> {
        if url.starts_with("sqlite:") {
            Ok(Self::Sqlite)
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            Ok(Self::Postgres)
        } else {
            let kind = url.split(':').next().unwrap_or_default();
            Err(StoreError::Setup(format!(
                "database_url begins with \"{kind}:\"; use sqlite:// or postgres://"
            )))
        }
    }

    /// What every new connection is told.
    pub(crate) fn on_connect(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "pragma page_size = 8192; pragma journal_mode = wal; pragma wal_autocheckpoint = 8000; pragma synchronous = full; pragma foreign_keys = on; \
                 pragma busy_timeout = 10000; pragma cache_size = -16384; pragma temp_store = memory; \
                 pragma journal_size_limit = 67108864"
            }
            // Every statement of a desk is short: planning several workers or compiling one takes longer than it does. Nothing
            // outside is called within a transaction, so one that stands idle has been forgotten.
            Self::Postgres => {
                "set statement_timeout = 60000; set idle_in_transaction_session_timeout = 60000; set jit = off; \
                 set max_parallel_workers_per_gather = 0"
            }
        }
    }

    /// How a transaction that writes begins: SQLite takes its one write lock at once rather than when it is too late.
    pub(crate) fn begin_write(self) -> &'static str {
        match self {
            Self::Sqlite => "begin immediate",
            Self::Postgres => "begin",
        }
    }

    /// A migration's text for this database.
    pub(crate) fn schema(self, text: &str) -> String {
        let clustered = match self {
            Self::Sqlite => " without rowid",
            Self::Postgres => "",
        };
        text.replace(" {without_rowid}", clustered)
    }

    /// The version of organization $1's views, which stay as they are until the transaction ends.
    pub(crate) fn hold_views(self) -> &'static str {
        match self {
            Self::Sqlite => "select views_version from organizations where id = $1",
            Self::Postgres => "select views_version from organizations where id = $1 for key share",
        }
    }

    /// Keeps a row to this transaction alone, where more than one can write.
    pub(crate) fn for_update(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " for update",
        }
    }

    /// The words of orders as rows; each is its mode, its position and its words.
    pub(crate) fn words(
        self,
        organization: &OrganizationId,
        base: i64,
        words: impl IntoIterator<Item = (Mode, i64, String)>,
    ) -> Rows {
        let words = words.into_iter();
        match self {
            Self::Sqlite => {
                let row = |(_, position, words): (Mode, i64, String)| {
                    vec![Value::Number(base + position), Value::Text(words)]
                };
                Rows::of("insert into order_search (rowid, words)", words.map(row))
            }
            Self::Postgres => {
                let start = "insert into order_search (organization_id, mode, position, words)";
                let row = |(mode, position, words): (Mode, i64, String)| {
                    vec![
                        organization.as_str().into(),
                        name(&mode).into(),
                        position.into(),
                        Value::Words(words),
                    ]
                };
                Rows::of(start, words.map(row))
            }
        }
    }

    /// Replaces an order's words: $1 organization, $2 position, $3 words separated by spaces, $4 the search base, $5 mode.
    pub(crate) fn update_words(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "insert or replace into order_search (rowid, words) values ($4 + $2, $3)"
            }
            Self::Postgres => {
                "update order_search set words = array_to_tsvector(string_to_array($3, ' ')) \
                 where organization_id = $1 and mode = $5 and position = $2 and $4 >= 0"
            }
        }
    }

    /// How a search leads to its orders: what follows `from`; the search text is `$query`.
    ///
    /// SQLite reads the matches newest first and looks each order up; its planner is told so by `cross join`.
    pub(crate) fn search_lead(self, base: i64, query: usize) -> String {
        match self {
            Self::Sqlite => {
                let last = base + (1_i64 << POSITION_BITS) - 1;
                format!(
                    "order_search s cross join orders o on o.position = s.rowid - {base} \
                     where s.order_search match ${query} and s.rowid between {base} and {last} and "
                )
            }
            Self::Postgres => format!(
                "order_search s join orders o \
                 on o.organization_id = s.organization_id and o.mode = s.mode and o.position = s.position \
                 where s.words @@ cast(${query} as tsquery) and "
            ),
        }
    }

    /// How a tag leads to its orders: what follows `from`.
    ///
    /// SQLite reads the tag's rows in the order of the list and looks each order up, as above.
    pub(crate) fn tags_lead(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "order_tags l cross join orders o \
                 on o.organization_id = l.organization_id and o.mode = l.mode and o.position = l.position"
            }
            Self::Postgres => {
                "order_tags l join orders o \
                 on o.organization_id = l.organization_id and o.mode = l.mode and o.position = l.position"
            }
        }
    }

    /// A search in the database's own notation. The words hold letters and digits only, so nothing needs escaping.
    pub(crate) fn search_text(self, query: &Query) -> String {
        let (and, or) = match self {
            Self::Sqlite => (" AND ", " OR "),
            Self::Postgres => (" & ", " | "),
        };
        let word = |word: &String| match (self, kept_word(word)) {
            (Self::Sqlite, word) => format!("\"{word}\"*"),
            (Self::Postgres, word) => format!("'{word}':*"),
        };
        let all: Vec<String> = query.words.iter().map(word).collect();
        match &query.together {
            None => all.join(and),
            Some(together) => format!("({}){or}{}", all.join(and), word(together)),
        }
    }

    /// Whether each of several lists must be sorted and bounded by itself to be merged: PostgreSQL would read and sort
    /// them whole, and SQLite knows.
    pub(crate) fn sorts_each_list(self) -> bool {
        self == Self::Postgres
    }

    /// Whether a statement of the list may be planned once and kept. PostgreSQL would soon plan it for values it does not
    /// know, and then look through everything for a word that few orders have.
    pub(crate) fn keeps_plans(self) -> bool {
        self == Self::Sqlite
    }

    /// Whether the matches of a search come newest or oldest first by themselves, be they many or few. PostgreSQL has
    /// to be told by how many there are.
    pub(crate) fn search_comes_sorted(self) -> bool {
        self == Self::Sqlite
    }

    /// How the position of what a search finds is written in conditions, with what is added to a position to compare
    /// it.
    pub(crate) fn match_position(self, base: i64) -> (&'static str, i64) {
        match self {
            Self::Sqlite => ("s.rowid", base),
            Self::Postgres => ("s.position", 0),
        }
    }

    /// How the matches of a search are counted without their orders: what follows `from`.
    pub(crate) fn matches(
        self,
        base: i64,
        query: usize,
        organization: usize,
        mode: usize,
    ) -> String {
        match self {
            // The embedded index holds both modes; what is few in both is few in one.
            Self::Sqlite => {
                let last = base + (1_i64 << POSITION_BITS) - 1;
                format!(
                    "order_search s where s.order_search match ${query} and s.rowid between {base} and {last}"
                )
            }
            Self::Postgres => format!(
                "order_search s where s.organization_id = ${organization} and s.mode = ${mode} \
                 and s.words @@ cast(${query} as tsquery)"
            ),
        }
    }

    /// Brings the planner's statistics up to date after many rows came.
    pub(crate) fn analyze(self) -> &'static str {
        match self {
            Self::Sqlite => "analyze",
            Self::Postgres => "analyze",
        }
    }

    /// Asks the database to check itself; rows other than `ok` say what is wrong.
    pub(crate) fn check_file(self) -> &'static str {
        match self {
            Self::Sqlite => "pragma integrity_check(20)",
            Self::Postgres => "select 'ok'",
        }
    }
}

/// The most of a word that is searched, in bytes: PostgreSQL tells the length of a word in eleven bits.
const MAX_WORD_BYTES: usize = 2_000;

/// The part of a word that is searched.
pub(crate) fn kept_word(word: &str) -> &str {
    &word[..word.floor_char_boundary(MAX_WORD_BYTES)]
}

/// What the search index holds of an order: its words, separated by spaces.
pub(crate) fn searchable_text(order: &Order) -> String {
    let words = searchable_words(order);
    let kept: Vec<&str> = words.iter().map(|word| kept_word(word)).collect();
    kept.join(" ")
}

/// A text as the database can be asked for it: PostgreSQL takes no NUL, so nothing stored holds one.
pub(crate) fn askable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// How many bits of the search index's row number are the order's position; the organization's ordinal leads them.
pub(crate) const POSITION_BITS: u32 = 52;

/// How many organizations an embedded desk can hold: the bits that are left, less the sign.
pub const MAX_EMBEDDED_ORGANIZATIONS: i64 = 1 << (63 - POSITION_BITS);
