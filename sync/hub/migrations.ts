/**
 * Steps of the schema, oldest first; a released one never changes. The SQL is read by SQLite and PostgreSQL alike: BIGINT for every number
 * (SQLite takes any integer type), TEXT for the rest, no engine's own words.
 */
export const MIGRATIONS: readonly (readonly string[])[] = [
  [
    `CREATE TABLE store (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      currency TEXT NOT NULL,
      public_key_pem TEXT,
      created_at_ms BIGINT NOT NULL,
      last_seen_at_ms BIGINT
    )`,
    `CREATE TABLE api_key (
      hash TEXT PRIMARY KEY,
      store TEXT NOT NULL REFERENCES store (id),
      created_at_ms BIGINT NOT NULL,
      revoked_at_ms BIGINT
    )`,
    'CREATE INDEX api_key_store ON api_key (store)',
    `CREATE TABLE progress (
      store TEXT NOT NULL REFERENCES store (id),
      epoch TEXT NOT NULL,
      highest_contiguous BIGINT NOT NULL,
      highest_seq BIGINT NOT NULL,
      batches BIGINT NOT NULL,
      pruned_through BIGINT NOT NULL,
      heard_at_ms BIGINT NOT NULL,
      PRIMARY KEY (store, epoch)
    )`,
    `CREATE TABLE batch (
      store TEXT NOT NULL,
      epoch TEXT NOT NULL,
      seq BIGINT NOT NULL,
      hash TEXT NOT NULL,
      row_count BIGINT NOT NULL,
      created_at_ms BIGINT NOT NULL,
      received_at_ms BIGINT NOT NULL,
      PRIMARY KEY (store, epoch, seq)
    )`,
    `CREATE TABLE quarantine (
      store TEXT NOT NULL,
      epoch TEXT NOT NULL,
      seq BIGINT NOT NULL,
      hash TEXT NOT NULL,
      reason TEXT NOT NULL,
      body TEXT NOT NULL,
      received_at_ms BIGINT NOT NULL,
      PRIMARY KEY (store, epoch, seq, hash)
    )`,
    `CREATE TABLE cell (
      store TEXT NOT NULL,
      start_ms BIGINT NOT NULL,
      kind TEXT NOT NULL,
      level TEXT NOT NULL,
      zone TEXT NOT NULL,
      day TEXT NOT NULL,
      visits BIGINT NOT NULL,
      visits_opened BIGINT NOT NULL,
      interactions BIGINT NOT NULL,
      dwell_ms BIGINT NOT NULL,
      intents BIGINT NOT NULL,
      offers BIGINT NOT NULL,
      shown BIGINT NOT NULL,
      dismissed BIGINT NOT NULL,
      redeemed BIGINT NOT NULL,
      holds BIGINT NOT NULL,
      sales BIGINT NOT NULL,
      sales_cents BIGINT NOT NULL,
      attributed_sales_cents BIGINT NOT NULL,
      discount_cents BIGINT NOT NULL,
      door_in BIGINT NOT NULL,
      door_out BIGINT NOT NULL,
      PRIMARY KEY (store, day, start_ms, kind, level, zone)
    )`,
    'CREATE INDEX cell_day ON cell (day)',
    `CREATE TABLE day_total (
      store TEXT NOT NULL,
      day TEXT NOT NULL,
      visits_opened BIGINT NOT NULL,
      interactions BIGINT NOT NULL,
      dwell_ms BIGINT NOT NULL,
      intents BIGINT NOT NULL,
      offers BIGINT NOT NULL,
      shown BIGINT NOT NULL,
      dismissed BIGINT NOT NULL,
      redeemed BIGINT NOT NULL,
      holds BIGINT NOT NULL,
      sales BIGINT NOT NULL,
      sales_cents BIGINT NOT NULL,
      attributed_sales_cents BIGINT NOT NULL,
      discount_cents BIGINT NOT NULL,
      door_in BIGINT NOT NULL,
      door_out BIGINT NOT NULL,
      PRIMARY KEY (day, store)
    )`,
    `CREATE TABLE publication (
      version BIGINT PRIMARY KEY,
      audience TEXT NOT NULL,
      body TEXT NOT NULL,
      etag TEXT NOT NULL,
      published_at_ms BIGINT NOT NULL
    )`,
    'CREATE INDEX publication_audience ON publication (audience, version)',
  ],
];
