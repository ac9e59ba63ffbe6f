import { accessSync, constants, existsSync, readdirSync, statfsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TimestampMs } from '../../core/units.ts';
import { coreFile } from '../../store/database.ts';
import { findProblem } from '../../store/recovery.ts';
import type { Finding } from './finding.ts';

/** Whether the data folder can be written and the disk can hold what the quota promises. */
export function checkDisk({ dir, quota }: { readonly dir: string; readonly quota: number }): Finding {
  const folder = closestFolder(dir);
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch {
    const sentence = `The data folder "${dir}" cannot be written`;
    return {
      check: 'disk',
      status: 'fail',
      sentence,
      hint: `give this user the right to write "${folder}", or set data.dir (ENDCAP_DATA_DIR)`,
    };
  }
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const used = folder === dir ? folderBytes(dir) : 0;
  const missing = quota - used - free;
  const room = `"${dir}" uses ${about(used)} of ${about(quota)}, the disk has ${about(free)} free`;
  if (free < 256_000_000)
    return { check: 'disk', status: 'fail', sentence: `The disk is nearly full: ${room}`, hint: 'make room on this disk' };
  if (missing > 0) {
    const sentence = `The disk is smaller than data.quota: ${room}`;
    return { check: 'disk', status: 'warn', sentence, hint: `lower data.quota (ENDCAP_DATA_QUOTA) or free ${about(missing)}` };
  }
  return { check: 'disk', status: 'ok', sentence: `Room enough: ${room}` };
}

/** Reads the whole database once and looks for damage. */
export function checkDatabase(dir: string): Finding {
  const file = coreFile(dir);
  if (!existsSync(file)) return { check: 'database', status: 'ok', sentence: 'No database yet; the first start creates it' };
  try {
    const problem = findProblem(file, { whole: true });
    if (problem === undefined)
      return { check: 'database', status: 'ok', sentence: `The database is sound (${about(statSync(file).size)})` };
    const hint = 'the next start keeps the damaged file aside and restores the newest good backup';
    return { check: 'database', status: 'fail', sentence: `The database is damaged: ${problem}`, hint };
  } catch (error) {
    const sentence = `The database cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    return { check: 'database', status: 'fail', sentence, hint: `look at the owner and the rights of "${file}"` };
  }
}

/** Whether the clock can be right: not before this program was built, not before something this store wrote. */
export function checkClock({
  dir,
  nowMs,
  builtAtMs,
}: {
  readonly dir: string;
  readonly nowMs: TimestampMs;
  readonly builtAtMs: TimestampMs;
}): Finding {
  const lastMs = newestWriteMs(dir);
  const now = new Date(nowMs).toISOString();
  const hint = 'set the clock, or let it be set over the network (timedatectl set-ntp true); offers are withheld while it is wrong';
  // A little slack: file times and the clock are read at different moments.
  if (lastMs !== undefined && nowMs < lastMs - 60_000) {
    const sentence = `The clock says ${now}, before this store's last write at ${new Date(lastMs).toISOString()}`;
    return { check: 'clock', status: 'fail', sentence, hint };
  }
  if (nowMs < builtAtMs - 86_400_000) {
    const sentence = `The clock says ${now}, before this program was built on ${new Date(builtAtMs).toISOString().slice(0, 10)}`;
    return { check: 'clock', status: 'fail', sentence, hint };
  }
  return { check: 'clock', status: 'ok', sentence: `The clock says ${now}` };
}

/** The folder itself, or the nearest one above that exists. */
function closestFolder(dir: string): string {
  return existsSync(dir) || dirname(dir) === dir ? dir : closestFolder(dirname(dir));
}

function folderBytes(dir: string): number {
  return readdirSync(dir, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(dir, entry.name);
    return sum + (entry.isDirectory() ? folderBytes(path) : (statSync(path, { throwIfNoEntry: false })?.size ?? 0));
  }, 0);
}

function newestWriteMs(dir: string): TimestampMs | undefined {
  if (!existsSync(dir)) return undefined;
  const times = readdirSync(dir).map((name) => statSync(join(dir, name), { throwIfNoEntry: false })?.mtimeMs ?? 0);
  return times.length === 0 ? undefined : Math.max(...times);
}

/** For people: two or three digits are enough. */
function about(size: number): string {
  const [unit, scale, digits] =
    size >= 1e9 ? (['GB', 1e9, 1] as const) : size >= 1e6 ? (['MB', 1e6, 0] as const) : (['kB', 1e3, 0] as const);
  return `${(size / scale).toFixed(digits)} ${unit}`;
}
