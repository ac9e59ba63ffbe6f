import { mkdirSync } from 'node:fs';
import { fail, ok, type Result } from '../core/result.ts';
import type { TimestampMs } from '../core/units.ts';
import { AuditTable } from './audit.ts';
import { AuditSource } from './audit-source.ts';
import { ballastFile, CoreDatabase, coreFile } from './database.ts';
import { DecisionsTable } from './decisions.ts';
import { DeviceCredentials } from './devices.ts';
import { ErasureList } from './erasures.ts';
import { removeFile } from './files.ts';
import { SqliteJournal } from './journal.ts';
import { OwnerLock } from './lock.ts';
import { Maintenance } from './maintenance.ts';
import { ManagersTable } from './managers.ts';
import { MetaTable } from './meta.ts';
import { migrate } from './migrations.ts';
import { MinutesTable } from './minutes.ts';
import { ModelsTable } from './models.ts';
import { MoneyQueries } from './money.ts';
import { OffersTable } from './offers.ts';
import { OutboxTable } from './outbox.ts';
import { OutcomesTable } from './outcomes.ts';
import { PersonalData } from './personal.ts';
import { Quarantine } from './quarantine.ts';
import { splitQuota } from './quota.ts';
import { type Recovery, recoverIfCorrupt } from './recovery.ts';
import { RedemptionsTable } from './redemptions.ts';
import { settleAfterRecovery } from './restart.ts';
import { Retention, type RetentionPolicy } from './retention.ts';
import { isCorrupt, isFull, sqliteCode } from './sqlite.ts';
import { VisitsTable } from './visits.ts';

/** How to open a store's data. */
export interface OpenStoreOptions {
  /** Data folder; created when missing, readable by its owner only. */
  readonly dir: string;
  /** Most bytes of the whole folder, backups included; at least 4 MiB. */
  readonly quotaBytes: number;
  readonly nowMs: TimestampMs;
  /**
   * `owner`: the agent; there is one, and it repairs what is damaged. `guest`: a command that reads or adds something (a device) while the
   * agent may be running. Default `owner`.
   */
  readonly access?: 'owner' | 'guest';
  readonly retention?: RetentionPolicy;
}

/** Why the data cannot be opened. */
export interface StoreOpenError {
  readonly kind: 'locked' | 'newer' | 'altered' | 'unusable' | 'damaged';
  readonly message: string;
  readonly hint: string;
}

/** Everything on disk, by what it is for. */
export class Store implements Disposable {
  /** What was done about a damaged database at start; `undefined` when it was sound. */
  readonly recovery: Recovery | undefined;
  readonly database: CoreDatabase;
  readonly journal: SqliteJournal;
  readonly outbox: OutboxTable;
  readonly quarantine: Quarantine;
  readonly maintenance: Maintenance;
  readonly visits: VisitsTable;
  readonly decisions: DecisionsTable;
  readonly audited: AuditSource;
  readonly offers: OffersTable;
  readonly redemptions: RedemptionsTable;
  readonly outcomes: OutcomesTable;
  readonly minutes: MinutesTable;
  readonly money: MoneyQueries;
  readonly audit: AuditTable;
  readonly models: ModelsTable;
  readonly managers: ManagersTable;
  readonly devices: DeviceCredentials;
  readonly personal: PersonalData;
  readonly meta: MetaTable;
  readonly #lock: OwnerLock | undefined;

  constructor(
    database: CoreDatabase,
    parts: {
      readonly dir: string;
      readonly lock: OwnerLock | undefined;
      readonly recovery: Recovery | undefined;
      readonly erasures: ErasureList;
      readonly retention: RetentionPolicy | undefined;
    },
  ) {
    const { sqlite } = database;
    this.database = database;
    this.recovery = parts.recovery;
    this.#lock = parts.lock;
    this.outbox = new OutboxTable(database);
    this.quarantine = new Quarantine(sqlite);
    this.journal = new SqliteJournal(database, { outbox: this.outbox, quarantine: this.quarantine, erasures: parts.erasures });
    const retention = new Retention(sqlite, parts.retention);
    this.maintenance = new Maintenance(database, { dir: parts.dir, quarantine: this.quarantine, retention, erasures: parts.erasures });
    this.visits = new VisitsTable(sqlite);
    this.decisions = new DecisionsTable(sqlite);
    this.audited = new AuditSource(sqlite);
    this.offers = new OffersTable(sqlite);
    this.redemptions = new RedemptionsTable(sqlite);
    this.outcomes = new OutcomesTable(sqlite);
    this.minutes = new MinutesTable(sqlite);
    this.money = new MoneyQueries(sqlite);
    this.audit = new AuditTable(sqlite);
    this.models = new ModelsTable(sqlite);
    this.managers = new ManagersTable(database);
    this.devices = new DeviceCredentials(sqlite);
    this.personal = new PersonalData(sqlite);
    this.meta = new MetaTable(sqlite);
  }

  /** Writes what is buffered and closes the files. */
  close(nowMs: TimestampMs): void {
    this.quarantine.flush(nowMs);
    this[Symbol.dispose]();
  }

  [Symbol.dispose](): void {
    this.database.close();
    this.#lock?.[Symbol.dispose]();
  }
}

/**
 * Opens a store's data, creating it when there is none. On a full disk the owner gives up the ballast, so that a restart is possible. What a
 * person can do something about is returned, defects throw.
 */
export function openStore(options: OpenStoreOptions): Result<Store, StoreOpenError> {
  const { dir, access = 'owner' } = options;
  try {
    return openOnce(options);
  } catch (error) {
    if (access !== 'owner' || !isDiskFull(error) || !removeFile(ballastFile(dir))) return knownOrThrow(error, dir);
  }
  try {
    const opened = openOnce(options);
    // The room is for what must be kept, as if the disk had become full while the store was open.
    if (opened.ok) opened.value.database.giveUpBallast();
    return opened;
  } catch (error) {
    return knownOrThrow(error, dir);
  }
}

function openOnce(options: OpenStoreOptions): Result<Store, StoreOpenError> {
  const { dir, access = 'owner' } = options;
  let lock: OwnerLock | undefined;
  let database: CoreDatabase | undefined;
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    lock = access === 'owner' ? OwnerLock.take(`${dir}/core.lock`) : undefined;
    if (access === 'owner' && lock === undefined) return fail(lockedError(dir));
    const recovery = access === 'owner' ? recoverIfCorrupt(dir, options.nowMs) : undefined;
    const { databaseBytes, ballastBytes } = splitQuota(options.quotaBytes);
    database = CoreDatabase.open({ dir, quotaBytes: databaseBytes, ballastBytes });
    const migrated = migrate(database.sqlite, { nowMs: options.nowMs });
    if (!migrated.ok) return migrated;
    const erasures = new ErasureList(dir);
    const store = new Store(database, { dir, lock, recovery, erasures, retention: options.retention });
    if (recovery !== undefined) settleAfterRecovery({ ...store, erasures }, { recovery, nowMs: options.nowMs });
    [lock, database] = [undefined, undefined];
    return ok(store);
  } finally {
    // Still set only when the store was not handed out.
    database?.close();
    lock?.[Symbol.dispose]();
  }
}

function isDiskFull(error: unknown): boolean {
  return isFull(error) || (error as NodeJS.ErrnoException).code === 'ENOSPC';
}

function knownOrThrow(error: unknown, dir: string): Result<never, StoreOpenError> {
  const known = openError(error, dir);
  if (known === undefined) throw error;
  return fail(known);
}

function lockedError(dir: string): StoreOpenError {
  return {
    kind: 'locked',
    message: `Cannot open the data folder "${dir}": another agent is using it`,
    hint: 'Stop the other agent, or give this one a folder of its own (data.dir)',
  };
}

function openError(error: unknown, dir: string): StoreOpenError | undefined {
  if (isCorrupt(error)) {
    return {
      kind: 'damaged',
      message: `Cannot read the database "${coreFile(dir)}": ${(error as Error).message}`,
      hint: 'Start the agent: it keeps the damaged file aside and restores the newest good backup',
    };
  }
  const code = sqliteCode(error) ?? (error as NodeJS.ErrnoException).code;
  if (code === undefined || !/^(E[A-Z]+|SQLITE_(CANTOPEN|IOERR|READONLY|PERM|FULL|BUSY)\w*)$/.test(code)) return undefined;
  return {
    kind: 'unusable',
    message: `Cannot use the data folder "${dir}": ${(error as Error).message}`,
    hint: 'Check that the folder exists, that this user may write to it, and that the disk has room',
  };
}
