import type { TimestampMs } from '../core/units.ts';
import { type AuditEntry, AuditTable } from './audit.ts';
import type { CoreDatabase } from './database.ts';
import { inTransaction, type Statement } from './sqlite.ts';

/** What a manager may do, from looking to everything. */
export type ManagerRole = 'viewer' | 'manager' | 'admin';

/** A manager account; `passwordHash` comes from the caller, who knows how to make and check it. */
export interface ManagerAccount {
  readonly name: string;
  readonly passwordHash: string;
  readonly role: ManagerRole;
}

/** A signed-in browser; `idHash` is the hash of what its cookie holds. */
export interface ManagerSession {
  readonly idHash: string;
  readonly name: string;
  readonly createdAtMs: TimestampMs;
  readonly expiresAtMs: TimestampMs;
}

/** Manager accounts and their sessions. Whoever comes to look at a full disk must be able to sign in. */
export class ManagersTable {
  readonly #database: CoreDatabase;
  readonly #audit: AuditTable;
  readonly #count: Statement<[], number>;
  readonly #create: Statement<[string, string, string, number]>;
  readonly #find: Statement<[string], ManagerAccount>;
  readonly #saveSession: Statement<[string, string, number, number]>;
  readonly #findSession: Statement<[string, number], { name: string; role: ManagerRole; createdAtMs: number }>;
  readonly #touchSession: Statement<[number, string]>;
  readonly #endSession: Statement<[string]>;

  constructor(database: CoreDatabase) {
    const { sqlite } = database;
    this.#database = database;
    this.#audit = new AuditTable(sqlite);
    this.#count = sqlite.prepare<[], number>('SELECT count(*) FROM managers').pluck();
    this.#create = sqlite.prepare('INSERT INTO managers (name, password_hash, role, created_at_ms) VALUES (?, ?, ?, ?)');
    this.#find = sqlite.prepare('SELECT name, password_hash AS passwordHash, role FROM managers WHERE name = ?');
    this.#saveSession = sqlite.prepare('INSERT INTO sessions (id_hash, name, created_at_ms, expires_at_ms) VALUES (?, ?, ?, ?)');
    this.#findSession = sqlite.prepare(
      `SELECT sessions.name, role, sessions.created_at_ms AS createdAtMs
       FROM sessions JOIN managers USING (name) WHERE id_hash = ? AND expires_at_ms > ?`,
    );
    this.#touchSession = sqlite.prepare('UPDATE sessions SET expires_at_ms = ? WHERE id_hash = ?');
    this.#endSession = sqlite.prepare('DELETE FROM sessions WHERE id_hash = ?');
  }

  /** False until the first manager has been set up. */
  isSetUp(): boolean {
    return (this.#count.get() ?? 0) > 0;
  }

  /** Adds an account; throws when the name is taken. */
  create(account: ManagerAccount & { readonly atMs: TimestampMs }): void {
    this.#database.keep(() => this.#create.run(account.name, account.passwordHash, account.role, account.atMs));
  }

  find(name: string): ManagerAccount | undefined {
    return this.#find.get(name);
  }

  saveSession(session: ManagerSession): void {
    this.#database.keep(() => this.#saveSession.run(session.idHash, session.name, session.createdAtMs, session.expiresAtMs));
  }

  /** The session, unless it has run out at `nowMs` or its account is gone. */
  findSession(
    idHash: string,
    nowMs: TimestampMs,
  ): { readonly name: string; readonly role: ManagerRole; readonly createdAtMs: TimestampMs } | undefined {
    return this.#findSession.get(idHash, nowMs);
  }

  touchSession(idHash: string, expiresAtMs: TimestampMs): void {
    this.#database.keep(() => this.#touchSession.run(expiresAtMs, idHash));
  }

  endSession(idHash: string): void {
    this.#database.keep(() => this.#endSession.run(idHash));
  }

  /** Adds one entry to the audit trail, on its own. */
  recordAudit(entry: AuditEntry): void {
    this.#database.keep(() => inTransaction(this.#database.sqlite, () => this.#audit.add([entry])));
  }
}
