import { HOUR_MS } from '../../core/units.ts';

/** What keeps this phone signed in to its visit. */
export interface Ticket {
  readonly token: string;
  /** After it the ticket is thrown away unread. */
  readonly untilMs: number;
}

/** Keeps the ticket between page loads. */
export interface TicketBox {
  readonly read: (nowMs: number) => Ticket | undefined;
  readonly write: (ticket: Ticket) => void;
  readonly clear: () => void;
}

/** How long an untouched ticket is kept on the phone; the store ends a quiet visit much earlier. */
export const TICKET_MS = 8 * HOUR_MS;

const KEY = 'endcap.visit';
const MEMORY_KEY = 'endcap.remember';

/** How long a phone keeps the token by which it is known again; the store forgets as soon. */
export const REMEMBER_MS = 24 * HOUR_MS;

/**
 * A box in `localStorage`: scanning the code of a second shelf opens a second tab, which must find the same visit, and `sessionStorage` is one tab's own.
 * It holds the token and an end, nothing else, and is emptied on erasure, on the visit's end, and when the end has passed.
 * Where storage is refused (private windows, in-app browsers) the ticket lives as long as the page.
 */
export function ticketBox(storage: Storage | undefined): TicketBox {
  return box(storage, KEY);
}

/** A box of the same kind for the token of "remember me for 24 hours": written only after that yes, emptied with the no. */
export function memoryBox(storage: Storage | undefined): TicketBox {
  return box(storage, MEMORY_KEY);
}

function box(storage: Storage | undefined, key: string): TicketBox {
  let inMemory: Ticket | undefined;
  return {
    read: (nowMs) => {
      const ticket = parse(attempt(() => storage?.getItem(key))) ?? inMemory;
      if (ticket === undefined || ticket.untilMs > nowMs) return ticket;
      attempt(() => storage?.removeItem(key));
      inMemory = undefined;
      return undefined;
    },
    write: (ticket) => {
      inMemory = ticket;
      attempt(() => storage?.setItem(key, JSON.stringify(ticket)));
    },
    clear: () => {
      inMemory = undefined;
      attempt(() => storage?.removeItem(key));
    },
  };
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}

function parse(text: string | null | undefined): Ticket | undefined {
  const value = attempt(() => JSON.parse(text ?? 'null') as unknown);
  if (typeof value !== 'object' || value === null) return undefined;
  const { token, untilMs } = value as { readonly token?: unknown; readonly untilMs?: unknown };
  return typeof token === 'string' && typeof untilMs === 'number' ? { token, untilMs } : undefined;
}
