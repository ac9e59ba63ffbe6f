import { describe, expect, it } from 'vitest';
import type { Answer } from '../../agent/web/shared/request.ts';
import {
  addOffer,
  dropExpired,
  EMPTY_BOARD,
  farewellOf,
  keepUsable,
  MAX_OFFERS,
  markOffer,
  removeOffer,
} from '../../agent/web/shop/offers.ts';
import { readableRow } from '../../agent/web/shop/readable-row.ts';
import { receipts } from '../../agent/web/shop/receipts.ts';
import { ticketBox } from '../../agent/web/shop/ticket.ts';
import { sampleOffer } from './support/shop-samples.ts';

const NOW = 1_000_000_000_000;

function offer(id: string, changes: Parameters<typeof sampleOffer>[0] = {}) {
  return sampleOffer({ id, createdAtMs: NOW, expiresAtMs: NOW + 60_000, ...changes });
}

describe('the board of offers', () => {
  it('shows the newest first, and one offer once', () => {
    const two = addOffer(addOffer(EMPTY_BOARD, offer('a'), NOW), offer('b', { createdAtMs: NOW + 1 }), NOW);
    expect(two.offers.map(({ id }) => id)).toEqual(['b', 'a']);
    expect(addOffer(two, offer('a', { state: 'saved' }), NOW).offers.map(({ id, state }) => `${id} ${state}`)).toEqual([
      'b open',
      'a saved',
    ]);
  });

  it.each(['dismissed', 'withdrawn', 'expired', 'redeemed'] as const)('never shows an offer that is %s', (state) => {
    expect(addOffer(EMPTY_BOARD, offer('a', { state }), NOW)).toBe(EMPTY_BOARD);
  });

  it('never shows an offer that has run out', () => {
    expect(addOffer(EMPTY_BOARD, offer('a', { expiresAtMs: NOW }), NOW)).toBe(EMPTY_BOARD);
  });

  it('says why an offer left', () => {
    const board = addOffer(EMPTY_BOARD, offer('a'), NOW);
    expect(removeOffer(board, 'a', farewellOf('withdrawn'))).toMatchObject({ offers: [], farewell: { kind: 'gone', offer: { id: 'a' } } });
    expect(dropExpired(board, NOW + 60_000).farewell?.kind).toBe('expired');
    expect(removeOffer(board, 'unknown', 'gone')).toBe(board);
  });

  it('drops what the store no longer names after a lost connection', () => {
    const board = addOffer(addOffer(EMPTY_BOARD, offer('a'), NOW), offer('b'), NOW);
    expect(keepUsable(board, ['b']).offers.map(({ id }) => id)).toEqual(['b']);
    expect(keepUsable(board, ['a', 'b'])).toBe(board);
  });

  it('holds at most sixteen offers', () => {
    const board = Array.from({ length: 30 }, (_, at) => offer(`o${at}`, { createdAtMs: NOW + at })).reduce(
      (rest, one) => addOffer(rest, one, NOW),
      EMPTY_BOARD,
    );
    expect(board.offers).toHaveLength(MAX_OFFERS);
    expect(board.offers[0]?.id).toBe('o29');
  });

  it('marks one offer and leaves the others', () => {
    const board = addOffer(addOffer(EMPTY_BOARD, offer('a'), NOW), offer('b'), NOW);
    expect(
      markOffer(board, 'a', 'saved')
        .offers.map(({ state }) => state)
        .sort(),
    ).toEqual(['open', 'saved']);
  });
});

describe('receipts', () => {
  const OK: Answer<unknown> = { kind: 'ok', value: undefined, serverAtMs: undefined };

  it('each goes out once', async () => {
    const posted: string[] = [];
    const outgoing = receipts(async (id, state) => {
      posted.push(`${state} ${id}`);
      return OK;
    });
    outgoing.send('a', 'shown');
    outgoing.send('a', 'shown');
    outgoing.send('a', 'saved');
    await expect.poll(() => posted).toEqual(['shown a', 'saved a']);
  });

  it('waits while the store cannot be reached, and keeps the order', async () => {
    const posted: string[] = [];
    let isReachable = false;
    const outgoing = receipts(async (id, state) => {
      if (!isReachable) return { kind: 'unreachable' };
      posted.push(`${state} ${id}`);
      return OK;
    });
    outgoing.send('a', 'shown');
    outgoing.send('a', 'dismissed');
    await Promise.resolve();
    isReachable = true;
    outgoing.flush();
    await expect.poll(() => posted).toEqual(['shown a', 'dismissed a']);
  });

  it('does not insist when the offer is closed', async () => {
    const posted: string[] = [];
    const outgoing = receipts(async (id) => {
      posted.push(id);
      return id === 'a' ? { kind: 'refused', status: 410, sentence: '', hint: '' } : OK;
    });
    outgoing.send('a', 'shown');
    outgoing.send('b', 'shown');
    outgoing.flush();
    await expect.poll(() => posted).toEqual(['a', 'b']);
  });
});

describe('the ticket', () => {
  function memoryStorage(): Storage {
    const values = new Map<string, string>();
    return {
      getItem: (key: string) => values.get(key) ?? null,
      setItem: (key: string, value: string) => void values.set(key, value),
      removeItem: (key: string) => void values.delete(key),
      get length() {
        return values.size;
      },
      clear: () => values.clear(),
      key: () => null,
    };
  }

  it('is there for the next page of the same visit', () => {
    const storage = memoryStorage();
    ticketBox(storage).write({ token: 't', untilMs: NOW });
    expect(ticketBox(storage).read(NOW - 1)?.token).toBe('t');
  });

  it('is thrown away once its time is over', () => {
    const storage = memoryStorage();
    ticketBox(storage).write({ token: 't', untilMs: NOW });
    expect(ticketBox(storage).read(NOW)).toBeUndefined();
    expect(storage.length).toBe(0);
  });

  it('leaves nothing behind when cleared', () => {
    const storage = memoryStorage();
    const box = ticketBox(storage);
    box.write({ token: 't', untilMs: NOW });
    box.clear();
    expect(storage.length).toBe(0);
    expect(box.read(0)).toBeUndefined();
  });

  it('lives as long as the page where the browser refuses to store', () => {
    const refusing = new Proxy(memoryStorage(), {
      get: () => () => {
        throw new Error('denied');
      },
    });
    const box = ticketBox(refusing);
    box.write({ token: 't', untilMs: NOW });
    expect(box.read(NOW - 1)?.token).toBe('t');
  });

  it.each(['', 'null', '[]', '{"token":1}', '{broken'])('ignores a stored text that is no ticket: %j', (text) => {
    const storage = memoryStorage();
    storage.setItem('endcap.visit', text);
    expect(ticketBox(storage).read(0)).toBeUndefined();
  });
});

describe('readableRow', () => {
  const time = () => 'then';

  it('names fields in words and shows times as times', () => {
    expect(readableRow({ openedAtMs: NOW, origin: 'phone', closed_at: null, cents: 5 }, time)).toEqual([
      { name: 'opened at ms', value: 'then' },
      { name: 'origin', value: 'phone' },
      { name: 'closed at', value: '–' },
      { name: 'cents', value: '5' },
    ]);
  });

  it('leaves nothing out, however deep', () => {
    const row = { a: { b: { c: { d: { e: 'deep' } } } }, list: [1, { x: 2 }] };
    const text = readableRow(row, time)
      .map(({ value }) => value)
      .join(' ');
    expect(text).toContain('deep');
    expect(text).toContain('{"x":2}');
  });

  it('unpacks a record, and says what it repeats only once', () => {
    expect(readableRow({ kind: 'scored', body: { kind: 'scored', visit: 'v' } }, time)).toEqual([
      { name: 'kind', value: 'scored' },
      { name: 'visit', value: 'v' },
    ]);
    expect(readableRow({ state: 'open', body: { state: 'shown' } }, time)).toHaveLength(2);
  });

  it('a row that is no object is shown as it is', () => {
    expect(readableRow('plain', time)).toEqual([{ name: '–', value: 'plain' }]);
  });
});
