/** Whether a host name or address is this machine only: `localhost`, 127.0.0.0/8 or ::1 (with or without brackets). */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || /^127(\.\d{1,3}){3}$/.test(host) || host === '::1' || host === '[::1]';
}
