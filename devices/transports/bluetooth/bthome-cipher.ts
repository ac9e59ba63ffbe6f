import { createDecipheriv } from 'node:crypto';

/** What came of opening an encrypted BTHome advertisement. */
export type Opened =
  /** `data` is the same message as it would be without encryption; `counter` grows with every message of the sensor. */
  { readonly kind: 'opened'; readonly data: Uint8Array; readonly counter: number } | { readonly kind: 'refused' };

/** Device information, one byte of content, counter and check value. */
const LEAST_BYTES = 1 + 1 + 4 + 4;

/**
 * Opens encrypted BTHome version 2 service data (AES-CCM, 4 bytes of check value) with the sensor's bind key of 16 bytes and its address of 6.
 * `refused` when the key is another one or a bit is wrong.
 */
export function openBtHome(data: Uint8Array, { key, address }: { readonly key: Uint8Array; readonly address: Uint8Array }): Opened {
  if (data.length < LEAST_BYTES || key.length !== 16 || address.length !== 6) return { kind: 'refused' };
  const counterAt = data.length - 8;
  const counter = data.subarray(counterAt, counterAt + 4);
  // Address, service as it is on the air, device information, counter.
  const nonce = Buffer.concat([address, Buffer.from([0xd2, 0xfc, data[0]!]), counter]);
  const decipher = createDecipheriv('aes-128-ccm', key, nonce, { authTagLength: 4 });
  decipher.setAuthTag(data.subarray(counterAt + 4));
  try {
    const plain = decipher.update(data.subarray(1, counterAt));
    decipher.final();
    return {
      kind: 'opened',
      data: Buffer.concat([Buffer.from([data[0]! & ~1]), plain]),
      counter: Buffer.from(counter).readUInt32LE(0),
    };
  } catch {
    // Node says "unsupported state", which means that the check value does not fit.
    return { kind: 'refused' };
  }
}
