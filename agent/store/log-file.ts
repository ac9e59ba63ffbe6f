import { openSqlite } from '../../sync/sqlite-driver.ts';
import type { Decision } from '../core/decision.ts';
import type { LoggedInput } from '../core/input.ts';
import { fail, ok, type Result } from '../core/result.ts';
import { DecisionsTable } from './decisions.ts';
import { InboxTable } from './inbox.ts';
import { LogGaps } from './log-gaps.ts';
import { MIGRATIONS } from './migrations.ts';
import { SnapshotTable, type StoredSnapshot } from './snapshots.ts';
import { pragmaNumber, type Sqlite } from './sqlite.ts';

/** A recorded log, opened for reading only: a `core.db`, a backup, or a copy of either. The agent that wrote it may be running. */
export class LogFile implements Disposable {
  readonly #sqlite: Sqlite;
  readonly #inbox: InboxTable;
  readonly #decisions: DecisionsTable;
  readonly #snapshots: SnapshotTable;
  readonly #gaps: LogGaps;

  constructor(sqlite: Sqlite) {
    this.#sqlite = sqlite;
    this.#inbox = new InboxTable(sqlite);
    this.#decisions = new DecisionsTable(sqlite);
    this.#snapshots = new SnapshotTable(sqlite);
    this.#gaps = new LogGaps(sqlite);
  }

  /** First position that is still there, 0 for an empty log; above 1 the beginning was deleted by age or shed. */
  firstSeq(): number {
    return this.#inbox.firstSeq();
  }

  /** Entries after `afterSeq`, oldest first, read lazily. */
  read(afterSeq: number): Iterable<LoggedInput> {
    return this.#inbox.read(afterSeq);
  }

  /** Position through which entries are missing or blanked (aged, shed, or about an erased visit); 0 for a log that holds all that happened. */
  gapsThrough(): number {
    return Math.max(this.#gaps.through(), this.#inbox.firstSeq() - 1);
  }

  /** The earliest state from which the log is whole; `undefined` when its snapshot is missing or damaged. */
  snapshotAfterGaps(): StoredSnapshot | undefined {
    return this.#snapshots.oldestFrom(this.gapsThrough());
  }

  /** The decisions that were recorded with the log, in the order they were made. */
  decisions(): Iterable<Decision> {
    return this.#decisions.all();
  }

  [Symbol.dispose](): void {
    this.#sqlite.close();
  }
}

/** Opens a recorded log. The error is a sentence for whoever named the file. */
export function openLogFile(path: string): Result<LogFile, string> {
  let sqlite: Sqlite | undefined;
  try {
    sqlite = openSqlite(path, { readonly: true, fileMustExist: true });
    const version = pragmaNumber(sqlite, 'user_version');
    if (version < 1 || version > MIGRATIONS.length) {
      sqlite.close();
      return fail(
        `Cannot read the log "${path}": it has schema ${version}, this version of the agent knows schemas 1 to ${MIGRATIONS.length}`,
      );
    }
    return ok(new LogFile(sqlite));
  } catch (error) {
    sqlite?.close();
    return fail(`Cannot read the log "${path}": ${error instanceof Error ? error.message : String(error)}`);
  }
}
