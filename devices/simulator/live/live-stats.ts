/** What a live run did so far. Every message ends in exactly one of acknowledged, dropped or waiting. */
export interface LiveStats {
  readonly messages: { generated: number; sent: number; acknowledged: number; sentAgain: number; dropped: number; waiting: number };
  readonly connections: { open: number; lost: number; refused: number };
  /** `failed`: given up; `refused`: answered with a no. */
  readonly http: { requests: number; retries: number; failed: number; refused: number; dropped: number };
  readonly streams: { open: number; reconnects: number };
  readonly shop: {
    visits: number;
    offers: number;
    shown: number;
    saved: number;
    dismissed: number;
    scans: number;
    places: number;
    erased: number;
  };
  readonly till: { sales: number; redeemed: number; codesRefused: number };
}

/** All zeros. */
export function createLiveStats(): LiveStats {
  return {
    messages: { generated: 0, sent: 0, acknowledged: 0, sentAgain: 0, dropped: 0, waiting: 0 },
    connections: { open: 0, lost: 0, refused: 0 },
    http: { requests: 0, retries: 0, failed: 0, refused: 0, dropped: 0 },
    streams: { open: 0, reconnects: 0 },
    shop: { visits: 0, offers: 0, shown: 0, saved: 0, dismissed: 0, scans: 0, places: 0, erased: 0 },
    till: { sales: 0, redeemed: 0, codesRefused: 0 },
  };
}
