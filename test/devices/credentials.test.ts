import { describe, expect, it } from 'vitest';
import { generateDeviceSecret, hashDeviceSecret, verifyDeviceSecret } from '../../devices/credentials.ts';

describe('a device’s secret', () => {
  it('is 140 random bits in characters that can be typed off a label', () => {
    const secrets = Array.from({ length: 200 }, () => generateDeviceSecret());
    expect(new Set(secrets).size).toBe(secrets.length);
    for (const secret of secrets) expect(secret).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){6}$/);
    const used = new Set(secrets.join('').replaceAll('-', ''));
    expect(used.size).toBe(32);
  });

  it('is known again by its hash, and no other secret is', () => {
    const secret = generateDeviceSecret();
    const hash = hashDeviceSecret(secret);
    expect(hash).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(verifyDeviceSecret(secret, hash)).toBe(true);
    expect(verifyDeviceSecret(generateDeviceSecret(), hash)).toBe(false);
    expect(verifyDeviceSecret('', hash)).toBe(false);
  });

  it('may be typed in lower case, without dashes, and with letters for the digits they look like', () => {
    const hash = hashDeviceSecret('01AB-0000-1111-2222-3333-4444-5555');
    for (const typed of ['01ab000011112222333344445555', 'OLAB-OOOO-IIlL-2222 3333 4444 5555'])
      expect(verifyDeviceSecret(typed, hash)).toBe(true);
  });

  it.each(['', 'sha256:', 'sha256:zz', 'md5:abc', 'sha256', `sha512:${'0'.repeat(64)}`])(
    'is never known by the broken hash "%s"',
    (hash) => {
      expect(verifyDeviceSecret('x', hash)).toBe(false);
      expect(verifyDeviceSecret('', hash)).toBe(false);
    },
  );
});
