//! The migrations of the schema: a new one is a new file and a new entry; those that were released never change.

/// The migrations, in order. Each text is fixed once released.
pub(super) const MIGRATIONS: &[(i64, &str, [&str; 2])] = &[
    (
        1,
        "desk",
        [include_str!("../../migrations/0001_desk.sql"); 2],
    ),
    (
        2,
        "search",
        [
            include_str!("../../migrations/sqlite/0002_search.sql"),
            include_str!("../../migrations/postgres/0002_search.sql"),
        ],
    ),
    (
        3,
        "sessions",
        [include_str!("../../migrations/0003_sessions.sql"); 2],
    ),
    (
        5,
        "settings",
        [include_str!("../../migrations/0005_settings.sql"); 2],
    ),
    (
        6,
        "mails",
        [include_str!("../../migrations/0006_mails.sql"); 2],
    ),
    (
        7,
        "presence",
        [include_str!("../../migrations/0007_presence.sql"); 2],
    ),
    (
        8,
        "second factors",
        [include_str!("../../migrations/0008_second_factors.sql"); 2],
    ),
    (
        9,
        "outgoing_mails",
        [include_str!("../../migrations/0009_outgoing_mails.sql"); 2],
    ),
    (
        11,
        "tags",
        [include_str!("../../migrations/0011_tags.sql"); 2],
    ),
    (
        12,
        "deliveries",
        [include_str!("../../migrations/0012_deliveries.sql"); 2],
    ),
    (
        13,
        "open_refunds",
        [
            include_str!("../../migrations/sqlite/0013_open_refunds.sql"),
            include_str!("../../migrations/postgres/0013_open_refunds.sql"),
        ],
    ),
    (
        15,
        "answered_programs",
        [include_str!("../../migrations/0015_answered_programs.sql"); 2],
    ),
    (
        16,
        "parties",
        [include_str!("../../migrations/0016_parties.sql"); 2],
    ),
    (
        19,
        "tariffs",
        [include_str!("../../migrations/0019_tariffs.sql"); 2],
    ),
    (
        20,
        "landed_costs",
        [include_str!("../../migrations/0020_landed_costs.sql"); 2],
    ),
    (
        23,
        "webhooks",
        [include_str!("../../migrations/0023_webhooks.sql"); 2],
    ),
    (
        25,
        "labels",
        [
            include_str!("../../migrations/sqlite/0025_labels.sql"),
            include_str!("../../migrations/postgres/0025_labels.sql"),
        ],
    ),
    (
        26,
        "label_files",
        [include_str!("../../migrations/0026_label_files.sql"); 2],
    ),
    (
        27,
        "views_version",
        [include_str!("../../migrations/0027_views_version.sql"); 2],
    ),
];
