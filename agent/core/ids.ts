/** Ids are plain strings; the aliases say which kind a signature wants. */
export type StoreId = string;
export type ZoneId = string;
export type FixtureId = string;
export type SlotId = string;
export type Sku = string;
export type DeviceId = string;
export type CampaignId = string;
/** One shopper's presence: random when the shopper opened it (`v_...`), derived from the log when a tag did. Never outlives the visit. */
export type VisitId = string;
/** Deterministic: derived from the log position of the input that caused it, so a replay gives the same id. */
export type DecisionId = string;
export type OfferId = string;
/** A store-owned cart or basket beacon, or an opted-in rotating token. */
export type TagId = string;

/** What every id from the wire or from config must look like; it keeps ids safe in topics, URLs, file names and HTML. */
export const ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$/;
