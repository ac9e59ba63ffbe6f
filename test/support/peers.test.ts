import { afterEach, describe, expect, it, vi } from 'vitest';
import { findPeer, hasPeer, requirePeer } from './peers.ts';

describe('peers', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  it('a program that is installed is found by its path', () => {
    vi.stubEnv('PATH', '/usr/bin:/bin');
    // Every Debian has one; the point is that the name is looked up in folders, not that this machine has a broker.
    const found = findPeer('mosquitto') ?? findPeer('dbus-daemon') ?? '/absolute';
    expect(found.startsWith('/')).toBe(true);
  });

  it('a missing program is an error that says how to get it, when everything is required', () => {
    vi.stubEnv('PATH', '/nowhere');
    vi.stubEnv('ENDCAP_TEST_REQUIRE_ALL', '1');
    expect(() => requirePeer('mosquitto_pub')).toThrow('apt-get install mosquitto-clients');
    expect(() => hasPeer('mosquitto_pub')).toThrow('apt-get install mosquitto-clients');
  });

  it('a missing program is reported once and left out, when not everything is required', () => {
    vi.stubEnv('PATH', '/nowhere');
    vi.stubEnv('ENDCAP_TEST_REQUIRE_ALL', '');
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    expect(hasPeer('mosquitto_pub')).toBe(false);
    expect(warn).toHaveBeenCalledOnce();
  });
});
