import type { MappingFamily } from './family.ts';

/**
 * Tills that cannot speak the native form: one JSON message a receipt on `pos/<till>/receipt`, amounts in whole currency units. The form is ours; a
 * till with another one gets a mapping of its own, for which this is the pattern.
 */
export const TILL = {
  spec: {
    name: 'till',
    title: 'Tills, receipt form',
    description: 'One message a receipt with its lines and codes; amounts in whole currency units. Known by the name of the till',
    messages: [
      {
        topic: 'pos/{device}/receipt',
        at: { path: 'at', form: 'iso' },
        readings: [
          {
            kind: 'pos.sale',
            fields: {
              receipt: 'receipt',
              lines: {
                each: 'lines',
                fields: { sku: 'sku', quantity: { path: 'quantity', default: 1 }, cents: { path: 'amount', unit: 'whole' } },
              },
              codes: { path: 'codes', default: [] },
              visit: 'visit',
            },
          },
        ],
      },
    ],
  },
  extras: {
    examples: [
      {
        topic: 'pos/{device}/receipt',
        payload:
          '{"receipt":"R-2041","at":"2026-03-01T10:00:00Z","lines":[{"sku":"coffee-500","quantity":2,"amount":11.98}],"codes":["K7M2Q"]}',
        reads: ['pos.sale'],
      },
    ],
  },
} satisfies MappingFamily;
