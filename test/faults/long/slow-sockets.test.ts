import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { LiveStore } from '../../support/live-store.ts';
import { until } from '../../support/until.ts';

const OPENINGS = [
  'GET /shop HTTP/1.1\r\nhost: loc',
  'POST /api/v1/visits HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100000\r\n\r\n{',
  '',
] as const;

it('five hundred sockets that speak a byte a second are all closed, and the pages answer meanwhile', { timeout: 120_000 }, async () => {
  await using store = await LiveStore.create();
  await store.start();
  const sockets = Array.from({ length: 500 }, (_, n) => {
    const socket = connect({ host: '127.0.0.1', port: store.httpPort });
    socket.on('error', () => undefined);
    socket.resume();
    socket.write(OPENINGS[n % OPENINGS.length]!);
    return { socket, speaks: OPENINGS[n % OPENINGS.length] !== '' };
  });
  const trickle = setInterval(() => {
    for (const { socket, speaks } of sockets) if (speaks && socket.writable) socket.write('a');
  }, 1_000);
  try {
    await until(
      'the end of all of them',
      async () => {
        for (const path of ['/', '/shop', '/healthz']) expect((await fetch(`${store.url}${path}`)).status).toBe(200);
        return sockets.every(({ socket }) => socket.closed);
      },
      60_000,
    );
  } finally {
    clearInterval(trickle);
    for (const { socket } of sockets) socket.destroy();
  }
});
