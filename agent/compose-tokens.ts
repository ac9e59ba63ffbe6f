import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Counters } from './runtime/counters.ts';
import { secretFrom } from './runtime/key-file.ts';
import type { Loop } from './runtime/loop.ts';
import { PhoneTokens } from './runtime/phone-tokens.ts';

/** Recognises the phones that broadcast, by a key of this store that lies outside the database. */
export function createPhoneTokens(parts: { readonly loop: Loop; readonly counters: Counters; readonly dataDir: string }): PhoneTokens {
  const { loop, counters, dataDir } = parts;
  return new PhoneTokens({
    key: secretFrom(join(dataDir, 'keys/phone-tokens.key'), () => randomBytes(32)),
    isBroadcasting: (visit) => loop.state.visits.get(visit)?.phone !== undefined,
    *broadcasting() {
      for (const { id, phone } of loop.state.visits.values()) if (phone !== undefined) yield id;
    },
    onShed: () => counters.add('endcap_phones_shed_total'),
  });
}
