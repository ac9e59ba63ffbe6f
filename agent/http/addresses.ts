import { isIP, isIPv6 } from 'node:net';

/** What limits count by: an IPv4 address, or the /64 of an IPv6 address, because one machine owns all of that. */
export function addressKey(address: string | undefined): string {
  if (address === undefined) return 'unknown';
  const plain = plainAddress(address);
  if (!isIPv6(plain) || plain === '::1') return plain;
  const [head = '', tail] = plain.split('::');
  const groups = head === '' ? [] : head.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - (tail === '' ? 0 : tail.split(':').length);
  const all = [...groups, ...Array.from({ length: Math.max(0, missing) }, () => '0'), ...(tail ? tail.split(':') : [])];
  return `${all.slice(0, 4).join(':')}::/64`;
}

/** Whether an address is this machine's own: 127.0.0.0/8 or ::1. */
export function isLoopbackAddress(address: string | undefined): boolean {
  if (address === undefined) return false;
  const plain = plainAddress(address);
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}

/** Whether a listener on `host` is reachable from this machine only. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || isLoopbackAddress(host);
}

/** Whether a listener on `host` takes connections on every interface. */
export function isWildcardHost(host: string): boolean {
  return host === '' || host === '0.0.0.0' || host === '::';
}

/** Dual-stack listeners report IPv4 peers as `::ffff:1.2.3.4`, link-local ones carry a scope (`fe80::1%eth0`). */
function plainAddress(address: string): string {
  const unscoped = address.replace(/%.*$/, '').toLowerCase();
  return unscoped.startsWith('::ffff:') && unscoped.includes('.') ? unscoped.slice(7) : unscoped;
}
