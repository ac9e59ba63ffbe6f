import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentRun } from './agent-child.ts';
import type { Figure } from './figure.ts';

/** What a section may take and where it puts its files. */
export interface BenchContext {
  /** True: a look at everything in under 90 s; the figures are rougher. */
  readonly isQuick: boolean;
  /** True: also what takes tens of gigabytes. */
  readonly isFull: boolean;
  /** Minutes that memory is watched for. */
  readonly memoryMinutes: number;
  readonly run: AgentRun;
  /** A new empty folder, gone at the end of the section. */
  readonly newFolder: (name: string) => string;
  /** Adds to the report. */
  readonly add: (...figures: readonly Figure[]) => void;
  /** Adds a sentence that a reader should know beyond single figures. */
  readonly remark: (sentence: string) => void;
  /** Says what is going on, to whoever waits. */
  readonly say: (line: string) => void;
}

/** One part of the report. */
export interface Section {
  readonly name: string;
  readonly title: string;
  readonly measure: (context: BenchContext) => Promise<void>;
}

/** A folder for one section's files. */
export class Workspace implements Disposable {
  readonly #root = mkdtempSync(join(tmpdir(), 'endcap-bench-'));

  newFolder(name: string): string {
    return mkdtempSync(join(this.#root, `${name}-`));
  }

  [Symbol.dispose](): void {
    rmSync(this.#root, { recursive: true, force: true });
  }
}

/** Waits. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
