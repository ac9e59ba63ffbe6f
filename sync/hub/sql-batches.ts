import type { AggregateRow } from '../aggregate-row.ts';
import { addRows } from './columns.ts';
import { type IncomingBatch, type IncomingUpload, QUARANTINE_PER_STORE, type TakenBatches } from './hub-store.ts';
import { advance, NO_PROGRESS, PROGRESS_PAGE, type Progress } from './progress.ts';
import { firstRow, type SqlRow, type SqlSession } from './sql-driver.ts';

/** One outbox of one store. */
interface OutboxKey {
  readonly store: string;
  readonly epoch: string;
}

/**
 * Takes an upload inside a transaction. The mark of a batch and what it adds commit together: that is what makes a repeat harmless.
 * The first statement locks the store's row, so that two uploads of one store follow one another.
 */
export async function takeBatches(session: SqlSession, upload: IncomingUpload): Promise<TakenBatches> {
  const { store, epoch, nowMs } = upload;
  await session.run('UPDATE store SET last_seen_at_ms = ? WHERE id = ?', [nowMs, store]);
  const progress = await readProgress(session, upload);
  const batches = [...new Map(upload.batches.map((batch) => [batch.seq, batch])).values()].sort((left, right) => left.seq - right.seq);
  if (batches.length === 0) return { stored: [], rejected: [], fresh: 0, rows: 0, highestContiguous: progress.highestContiguous };

  const marked = await mark(session, { upload, batches: batches.filter(({ seq }) => seq > progress.prunedThrough) });
  const rejected = batches.flatMap(({ seq, content }): TakenBatches['rejected'] => {
    if (marked.conflicts.has(seq)) return [{ seq, reason: 'conflict' }];
    return content.kind === 'malformed' ? [{ seq, reason: 'malformed' }] : [];
  });
  for (const { seq, reason } of rejected) await quarantine(session, { upload, batch: batches.find((batch) => batch.seq === seq)!, reason });

  const rows = batches.flatMap((batch): readonly AggregateRow[] =>
    marked.fresh.has(batch.seq) && batch.content.kind === 'rows' ? batch.content.rows : [],
  );
  if (rows.length > 0) for (const insert of addRows(store, rows)) await session.insertMany(insert);

  const aside = new Set(rejected.map(({ seq }) => seq));
  const stored = batches.map(({ seq }) => seq).filter((seq) => !aside.has(seq));
  const next: Progress = {
    ...progress,
    batches: progress.batches + marked.fresh.size,
    highestSeq: Math.max(progress.highestSeq, ...marked.fresh),
    highestContiguous: await contiguous(session, { store, epoch, from: progress.highestContiguous }),
  };
  await writeProgress(session, { store, epoch, progress: next, nowMs });
  const fresh = stored.filter((seq) => marked.fresh.has(seq)).length;
  return { stored, rejected, fresh, rows: rows.length, highestContiguous: next.highestContiguous };
}

/** How far an outbox has come. */
export async function readProgress(session: SqlSession, { store, epoch }: OutboxKey): Promise<Progress> {
  const row = await firstRow(session, 'SELECT * FROM progress WHERE store = ? AND epoch = ?', [store, epoch]);
  return row === undefined ? NO_PROGRESS : toProgress(row);
}

/** A record of table `progress`. */
export function toProgress(row: SqlRow): Progress {
  return {
    highestContiguous: Number(row['highest_contiguous']),
    highestSeq: Number(row['highest_seq']),
    batches: Number(row['batches']),
    prunedThrough: Number(row['pruned_through']),
  };
}

/** Marked seqs above `after`, sorted, one page of them. */
export async function seqsAfter(
  session: SqlSession,
  { store, epoch, after }: OutboxKey & { readonly after: number },
): Promise<readonly number[]> {
  const sql = `SELECT seq FROM batch WHERE store = ? AND epoch = ? AND seq > ? ORDER BY seq LIMIT ${PROGRESS_PAGE}`;
  return (await session.all(sql, [store, epoch, after])).map((row) => Number(row['seq']));
}

const BATCH_COLUMNS = [
  { name: 'store', type: 'TEXT' },
  { name: 'epoch', type: 'TEXT' },
  { name: 'seq', type: 'BIGINT' },
  { name: 'hash', type: 'TEXT' },
  { name: 'row_count', type: 'BIGINT' },
  { name: 'created_at_ms', type: 'BIGINT' },
  { name: 'received_at_ms', type: 'BIGINT' },
] as const;

async function mark(
  session: SqlSession,
  { upload, batches }: { readonly upload: IncomingUpload; readonly batches: readonly IncomingBatch[] },
): Promise<{ readonly fresh: ReadonlySet<number>; readonly conflicts: ReadonlySet<number> }> {
  const { store, epoch, nowMs } = upload;
  const inserted = await session.insertMany({
    table: 'batch',
    columns: BATCH_COLUMNS,
    onConflict: 'ON CONFLICT (store, epoch, seq) DO NOTHING',
    returning: 'seq',
    rows: batches.map(({ seq, hash, createdAtMs, content }) => [
      store,
      epoch,
      seq,
      hash,
      content.kind === 'rows' ? content.rows.length : 0,
      createdAtMs,
      nowMs,
    ]),
  });
  const fresh = new Set(inserted.map((row) => Number(row['seq'])));
  const conflicts = new Set<number>();
  for (const { seq, hash } of batches) {
    if (fresh.has(seq)) continue;
    const present = await firstRow(session, 'SELECT hash FROM batch WHERE store = ? AND epoch = ? AND seq = ?', [store, epoch, seq]);
    if (present?.['hash'] !== hash) conflicts.add(seq);
  }
  return { fresh, conflicts };
}

async function quarantine(
  session: SqlSession,
  { upload, batch, reason }: { readonly upload: IncomingUpload; readonly batch: IncomingBatch; readonly reason: string },
): Promise<void> {
  const { store, epoch, nowMs } = upload;
  const body = batch.content.kind === 'malformed' ? batch.content.body : JSON.stringify(batch.content.rows);
  await session.run(
    `INSERT INTO quarantine (store, epoch, seq, hash, reason, body, received_at_ms)
     SELECT CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS BIGINT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS BIGINT)
     WHERE (SELECT COUNT(*) FROM quarantine WHERE store = ?) < ${QUARANTINE_PER_STORE} ON CONFLICT DO NOTHING`,
    [store, epoch, batch.seq, batch.hash, reason, body, nowMs, store],
  );
}

async function contiguous(session: SqlSession, { store, epoch, from }: OutboxKey & { readonly from: number }): Promise<number> {
  let end = from;
  for (;;) {
    const next = advance(end, await seqsAfter(session, { store, epoch, after: end }));
    if (next < end + PROGRESS_PAGE) return next;
    end = next;
  }
}

async function writeProgress(
  session: SqlSession,
  { store, epoch, progress, nowMs }: OutboxKey & { readonly progress: Progress; readonly nowMs: number },
): Promise<void> {
  await session.run(
    `INSERT INTO progress (store, epoch, highest_contiguous, highest_seq, batches, pruned_through, heard_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (store, epoch) DO UPDATE SET highest_contiguous = excluded.highest_contiguous, highest_seq = excluded.highest_seq,
     batches = excluded.batches, heard_at_ms = excluded.heard_at_ms`,
    [store, epoch, progress.highestContiguous, progress.highestSeq, progress.batches, progress.prunedThrough, nowMs],
  );
}
