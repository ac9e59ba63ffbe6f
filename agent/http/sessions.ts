import type { SignedIn } from './policy.ts';
import type { HttpClock, ManagerAccounts } from './ports.ts';
import type { HttpSettings } from './settings.ts';
import { newToken, sha256Hex } from './tokens.ts';

/** How often at most the end of one session is pushed out on disk. */
const TOUCH_EVERY_MS = 60_000;
const MAX_TOUCHES = 1_000;

/** Manager sessions: opaque random ids, stored hashed, ending after idleness and in any case after a day. */
export class Sessions {
  readonly #accounts: ManagerAccounts;
  readonly #clock: HttpClock;
  readonly #settings: HttpSettings['sessions'];
  readonly #touchedAtMs = new Map<string, number>();

  constructor(ports: { readonly accounts: ManagerAccounts; readonly clock: HttpClock }, settings: HttpSettings['sessions']) {
    this.#accounts = ports.accounts;
    this.#clock = ports.clock;
    this.#settings = settings;
  }

  /** Begins a session and gives the secret for the cookie: always a fresh one, so that a planted cookie is worth nothing. */
  begin(name: string): string {
    const id = newToken();
    const nowMs = this.#clock.wallMs();
    const idHash = sha256Hex(id);
    this.#accounts.saveSession({ idHash, name, createdAtMs: nowMs, expiresAtMs: this.#expiry(nowMs, nowMs) });
    return id;
  }

  /** Who a cookie's secret stands for; `undefined` when the session is unknown or over. Counts as use of it. */
  find(id: string | undefined): SignedIn | undefined {
    return id === undefined || id.length > 128 ? undefined : this.findByHash(sha256Hex(id));
  }

  /** As `find`, by the hash of the secret. */
  findByHash(idHash: string): SignedIn | undefined {
    const nowMs = this.#clock.wallMs();
    const session = this.#accounts.findSession(idHash, nowMs);
    if (session === undefined) return undefined;
    if (nowMs >= session.createdAtMs + this.#settings.absoluteMs) {
      this.end(idHash);
      return undefined;
    }
    this.#touch(idHash, this.#expiry(nowMs, session.createdAtMs));
    return { kind: 'signed-in', name: session.name, role: session.role, session: idHash };
  }

  /** Ends a session. */
  end(idHash: string): void {
    this.#touchedAtMs.delete(idHash);
    this.#accounts.endSession(idHash);
  }

  #expiry(nowMs: number, createdAtMs: number): number {
    return Math.min(nowMs + this.#settings.idleMs, createdAtMs + this.#settings.absoluteMs);
  }

  /** A page that is open asks every few seconds; the disk need not hear of each. */
  #touch(idHash: string, expiresAtMs: number): void {
    const nowMs = this.#clock.monotonicMs();
    const touchedAtMs = this.#touchedAtMs.get(idHash);
    const everyMs = Math.min(TOUCH_EVERY_MS, this.#settings.idleMs / 4);
    if (touchedAtMs !== undefined && nowMs - touchedAtMs < everyMs) return;
    this.#touchedAtMs.delete(idHash);
    this.#touchedAtMs.set(idHash, nowMs);
    if (this.#touchedAtMs.size > MAX_TOUCHES) {
      const oldest = this.#touchedAtMs.keys().next();
      if (oldest.done !== true) this.#touchedAtMs.delete(oldest.value);
    }
    this.#accounts.touchSession(idHash, expiresAtMs);
  }
}
