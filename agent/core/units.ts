/** Milliseconds since 1970-01-01T00:00:00Z. */
export type TimestampMs = number;

/** A span of time in milliseconds, never negative. */
export type DurationMs = number;

/** Mass in grams; negative only as a change. */
export type Grams = number;

/** Received or transmitted radio power in dBm, -130 to 30. */
export type Dbm = number;

/** Money in the smallest unit of the store's currency, always an integer. */
export type Cents = number;

/** Length in metres on the store plan. */
export type Metres = number;

/** A probability in [0, 1]. */
export type Probability = number;

export const SECOND_MS: DurationMs = 1_000;
export const MINUTE_MS: DurationMs = 60_000;
export const HOUR_MS: DurationMs = 3_600_000;
export const DAY_MS: DurationMs = 86_400_000;
