import { unwatchFile, watchFile } from 'node:fs';
import type { LoadedConfig } from '../../config/load.ts';
import { loadConfig } from '../../config/load.ts';
import { formatProblem } from '../../config/problem.ts';
import type { StoreConfig } from '../../config/schema.ts';
import type { CliContext } from './context.ts';

/** Sections that a running agent takes over; the others wait for a restart. */
const LIVE: ReadonlySet<keyof StoreConfig> = new Set([
  'zones',
  'fixtures',
  'products',
  'productsFile',
  'devices',
  'mappings',
  'cameras',
  'tags',
  'calibration',
  'campaigns',
  'policy',
]);

const LOOK_EVERY_MS = 1_000;

/** What happens when the file changes. */
export interface WatchEvents {
  /** A configuration that can be used and differs in something that a running agent takes over. */
  changed(loaded: LoadedConfig): void;
  /** A word for the log: what is wrong with the new file, or what waits for a restart. */
  say(sentence: string): void;
}

/** Watches the configuration file until the returned function is called. A file that cannot be used changes nothing. */
export function watchConfig(start: LoadedConfig, context: CliContext, events: WatchEvents): () => void {
  let current = start;
  const watched = new Set<string>();
  const watch = (file: string): void => {
    if (watched.has(file)) return;
    watched.add(file);
    watchFile(file, { interval: LOOK_EVERY_MS, persistent: false }, look);
  };
  /** The table of products is watched, too, wherever the configuration says that it is now. */
  const follow = (): void => {
    if (current.config.productsFile !== undefined) watch(current.config.productsFile);
  };
  const look = (): void => {
    const outcome = loadConfig({ file: start.file, environment: context.environment, workingDirectory: context.workingDirectory });
    if (outcome.kind === 'invalid') {
      for (const problem of outcome.problems) events.say(`The changed configuration is not used: ${formatProblem(problem)}`);
      return;
    }
    const { loaded } = outcome;
    const changed = (Object.keys(loaded.config) as (keyof StoreConfig)[]).filter(
      (section) => JSON.stringify(loaded.config[section]) !== JSON.stringify(current.config[section]),
    );
    const waiting = changed.filter((section) => !LIVE.has(section));
    if (waiting.length > 0) events.say(`Changes of ${waiting.join(', ')} in the configuration wait for a restart`);
    const isLive = changed.some((section) => LIVE.has(section));
    // The other sections stay as they were at the start, also for what is compared next.
    const kept = Object.fromEntries(waiting.map((section) => [section, current.config[section]]));
    current = { ...loaded, config: { ...loaded.config, ...kept } };
    follow();
    if (isLive && !waiting.includes('store')) events.changed(current);
  };
  watch(start.file);
  follow();
  return () => {
    for (const file of watched) unwatchFile(file, look);
  };
}
