/** How the bare-minimum script gets its messages. */
export type BareMode = { readonly kind: 'embedded' } | { readonly kind: 'external'; readonly port: number };

/** What it is told: who stands where, so that a pick becomes an offer. */
export type BareCommand = { readonly kind: 'shoppers'; readonly slots: readonly string[] } | { readonly kind: 'mark' };

export type BareAnswer = { readonly kind: 'ready'; readonly port: number } | { readonly kind: 'totals'; readonly committed: number };
