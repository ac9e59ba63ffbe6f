import { Worker } from 'node:worker_threads';
import { sqliteDriverPath } from '../../sync/sqlite-driver.ts';

/** Work that reads a whole database, and therefore runs beside the event loop. */
export type DatabaseJob =
  /** Copies a live database into one self-contained, synced file and checks the copy. */
  | { readonly kind: 'backup'; readonly source: string; readonly target: string }
  /** Checks a live database where it is. */
  | { readonly kind: 'check'; readonly source: string };

/** What came out: `problem` is SQLite's words about damage, `undefined` for a good file; `sha256` is the copy's. */
export interface JobAnswer {
  readonly problem: string | undefined;
  readonly sha256: string | undefined;
}

/** Runs one job in a worker thread. Rejects when it cannot be done at all, and when `signal` aborts it. */
export function runJob(job: DatabaseJob, options: { readonly signal?: AbortSignal } = {}): Promise<JobAnswer> {
  options.signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const worker = new Worker(SOURCE, {
      eval: true,
      workerData: { job, driver: sqliteDriverPath() },
    });
    const abort = () => {
      reject(options.signal?.reason);
      // The answer was given above; how the thread ends no longer matters to anybody.
      void worker.terminate();
    };
    options.signal?.addEventListener('abort', abort, { once: true });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => {
      options.signal?.removeEventListener('abort', abort);
      reject(new Error(`Cannot ${job.kind} the database: the worker ended without an answer`));
    });
  });
}

/**
 * The worker, as text: a worker thread is started from a file that Node can run, and this one has to work from source as well as from the
 * build. All pages are copied in one step, under one read transaction: a copy in several steps starts over whenever the agent commits.
 */
const SOURCE = `
const { parentPort, workerData: { job, driver } } = require('node:worker_threads');
const fs = require('node:fs');
const Database = require(driver);

function problemOf(sqlite) {
  const answer = String(sqlite.pragma('quick_check(1)', { simple: true }));
  return answer === 'ok' ? undefined : answer;
}

function sha256(path) {
  const hash = require('node:crypto').createHash('sha256');
  const chunk = Buffer.allocUnsafe(1 << 20);
  const handle = fs.openSync(path, 'r');
  for (let read = fs.readSync(handle, chunk); read > 0; read = fs.readSync(handle, chunk)) hash.update(chunk.subarray(0, read));
  fs.fsyncSync(handle);
  fs.closeSync(handle);
  return hash.digest('hex');
}

async function work() {
  const source = new Database(job.source, { readonly: true, fileMustExist: true });
  if (job.kind === 'check') {
    const problem = problemOf(source);
    source.close();
    return { problem, sha256: undefined };
  }
  await source.backup(job.target, { progress: () => 0x7fffffff });
  source.close();
  const copy = new Database(job.target);
  copy.pragma('journal_mode = DELETE');
  const problem = problemOf(copy);
  copy.close();
  return { problem, sha256: sha256(job.target) };
}

work().then(
  (answer) => parentPort.postMessage(answer),
  (error) => {
    const code = String(error.code);
    if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') parentPort.postMessage({ problem: error.message, sha256: undefined });
    else throw error;
  },
);
`;
