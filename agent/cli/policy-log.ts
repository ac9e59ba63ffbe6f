import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { LoadedConfig } from '../../config/load.ts';
import type { State } from '../core/state.ts';
import { recover } from '../runtime/recovery.ts';
import { measuredVisits } from '../store/measured-visits.ts';
import { openStore, type Store } from '../store/store.ts';
import { chooseConfig, requireConfig } from './config-file.ts';
import type { CommandContext } from './context.ts';
import { EXIT } from './exit.ts';
import { CliFailure } from './failure.ts';
import { type EligibleDecision, eligibleDecisions } from './policy-rows.ts';

/** A store's log that a command reads beside a running agent: its configuration and its folder. */
export interface PolicySource {
  readonly loaded: LoadedConfig;
  readonly path: string;
}

/** The log that was named, else the one of the configuration. */
export function sourceOf(log: string | undefined, configFile: string | undefined, context: CommandContext): PolicySource {
  const loaded = requireConfig(chooseConfig(configFile, context), context);
  return { loaded, path: log === undefined ? loaded.config.data.dir : resolve(context.workingDirectory, log) };
}

/** Every measured visit at the moment when an offer was the likely answer. */
export function readEligible({ loaded, path }: PolicySource): EligibleDecision[] {
  const products = new Map(loaded.store.products.map((product) => [product.sku, product]));
  return withStore(path, (store) => eligibleDecisions(store.decisions.byChance(), measuredVisits(store.database.sqlite), products));
}

/** The state of the store at the end of its log. */
export function readState({ loaded, path }: PolicySource): State {
  const settings = { minVisits: loaded.config.sync.minVisits, timeZone: loaded.store.timeZone };
  return withStore(path, (store) => recover(store.journal, settings).state);
}

function withStore<T>(path: string, read: (store: Store) => T): T {
  if (!existsSync(path)) throw new CliFailure(`Cannot read "${path}": there is no such file or folder`, { exitCode: EXIT.unavailable });
  const dir = statSync(path).isFile() ? dirname(path) : path;
  const opened = openStore({ dir, quotaBytes: Number.MAX_SAFE_INTEGER, nowMs: Date.now(), access: 'guest' });
  if (!opened.ok) throw new CliFailure(opened.error.message, { exitCode: EXIT.unavailable, hint: opened.error.hint });
  using store = opened.value;
  return read(store);
}
