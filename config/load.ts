import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { StoreMap } from '../agent/core/store-map.ts';
import { readDocument } from './document.ts';
import type { Override } from './environment.ts';
import { isPathSetting, readEnvironment } from './environment.ts';
import { issuesOf } from './issues.ts';
import type { ConfigProblem, Issue } from './problem.ts';
import { MOST_LINES_TOLD, type ProductTable, readProductTable } from './product-table.ts';
import { findReferenceIssues } from './references.ts';
import type { StoreConfig } from './schema.ts';
import { storeConfigSchema } from './schema.ts';
import type { Secrets } from './secrets.ts';
import { readSecrets, reasonOf } from './secrets.ts';
import { findSenseIssues, findWarnings } from './sense.ts';
import { toStoreMap } from './store-map.ts';

/** A configuration that can be used. */
export interface LoadedConfig {
  /** The file, as an absolute path. */
  readonly file: string;
  /** All paths in it are absolute. */
  readonly config: StoreConfig;
  readonly store: StoreMap;
  readonly secrets: Secrets;
  /** What works and is worth a word; never empty of meaning, often empty. */
  readonly warnings: readonly ConfigProblem[];
}

/** The outcome of loading: everything that is wrong at once, in the order of the file. */
export type LoadOutcome =
  | { readonly kind: 'loaded'; readonly loaded: LoadedConfig }
  | { readonly kind: 'invalid'; readonly problems: readonly ConfigProblem[] };

export interface LoadOptions {
  /** Path of the file; problems name it as given here. */
  readonly file: string;
  /** Environment variables; see environment.ts. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Folder that paths from the environment and the default of `data.dir` are relative to. */
  readonly workingDirectory: string;
}

const LARGEST_FILE_BYTES = 64_000_000;

/** Reads, overrides, checks and completes a store's configuration. Paths in the file are relative to the file's own folder. */
export function loadConfig(options: LoadOptions): LoadOutcome {
  const file = resolve(options.workingDirectory, options.file);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return invalid([
      { source: options.file, line: undefined, column: undefined, message: `cannot be read: ${reasonOf(error)}`, hint: undefined },
    ]);
  }
  return parseConfig(text, options);
}

/** As `loadConfig`, for text that is at hand already. */
export function parseConfig(text: string, options: LoadOptions): LoadOutcome {
  if (text.length > LARGEST_FILE_BYTES) {
    const message = `is larger than ${LARGEST_FILE_BYTES / 1e6} MB`;
    return invalid([{ source: options.file, line: undefined, column: undefined, message, hint: undefined }]);
  }
  const file = resolve(options.workingDirectory, options.file);
  const document = readDocument(text, options.file);
  if (document.problems.length > 0) return invalid(document.problems);
  const { overrides, issues: environmentIssues } = readEnvironment(options.environment, options.workingDirectory);
  const inFile = withOverrides(withPaths(document.value, file, options.workingDirectory), overrides);
  const { written, table, first } = withProductTable(inFile);
  const problems: ConfigProblem[] = environmentIssues.map((issue) => fromVariable(issue.variable, issue));
  if (table !== undefined) problems.push(...table.problems);
  const place = (issue: Issue): ConfigProblem => {
    const index = issue.path[0] === 'products' && typeof issue.path[1] === 'number' ? issue.path[1] - first : -1;
    return table !== undefined && index >= 0 ? table.place(issue, index) : placeIssue(issue, overrides, document.place);
  };
  const parsed = storeConfigSchema.safeDecode(written as never);
  if (!parsed.success) problems.push(...issuesOf(parsed.error, written).map(place));
  problems.push(...findReferenceIssues(written).map(place));
  if (!parsed.success || problems.length > 0) {
    if (parsed.success) problems.push(...findSenseIssues(parsed.data).map(place));
    return invalid(problems, table?.name);
  }
  const { secrets, issues, warnings } = readSecrets(parsed.data);
  problems.push(...[...findSenseIssues(parsed.data), ...issues].map(place));
  if (problems.length > 0) return invalid(problems, table?.name);
  return {
    kind: 'loaded',
    loaded: {
      file,
      config: parsed.data,
      store: toStoreMap(parsed.data),
      secrets,
      warnings: [...findWarnings(parsed.data), ...warnings].map(place),
    },
  };
}

/** The products of the file and, after them, those of its table; `first` is the index of the first of the table. */
function withProductTable(written: unknown): {
  readonly written: unknown;
  readonly table: ProductTable | undefined;
  readonly first: number;
} {
  const listed = isRecord(written) ? (written['products'] ?? []) : undefined;
  if (!isRecord(written) || typeof written['productsFile'] !== 'string' || !Array.isArray(listed)) {
    return { written, table: undefined, first: 0 };
  }
  const table = readProductTable(written['productsFile']);
  return { written: { ...written, products: [...(listed as unknown[]), ...table.products] }, table, first: listed.length };
}

/** In the order of the file, the environment last; of a table only the first lines, and how many more there are. */
function invalid(all: readonly ConfigProblem[], table?: string | undefined): LoadOutcome {
  const inTable = all.filter((problem) => problem.source === table);
  const last = inTable[MOST_LINES_TOLD];
  const problems =
    table === undefined || last === undefined
      ? all
      : [
          ...all.filter((problem) => problem.source !== table),
          ...inTable.slice(0, MOST_LINES_TOLD),
          { ...last, message: `and ${inTable.length - MOST_LINES_TOLD} more problems from here on`, hint: undefined },
        ];
  const rank = (problem: ConfigProblem) => problem.line ?? Number.POSITIVE_INFINITY;
  const sorted = problems.toSorted((a, b) => (rank(a) === rank(b) ? (a.column ?? 0) - (b.column ?? 0) : rank(a) - rank(b)));
  return { kind: 'invalid', problems: sorted };
}

function placeIssue(issue: Issue, overrides: readonly Override[], inFile: (issue: Issue) => ConfigProblem): ConfigProblem {
  const override = overrides.find(({ path }) => path.every((part, index) => issue.path[index] === part));
  return override === undefined ? inFile(issue) : fromVariable(override.variable, issue);
}

function fromVariable(variable: string, issue: Issue): ConfigProblem {
  return { source: variable, line: undefined, column: undefined, message: issue.message, hint: issue.hint };
}

/** The written values with absolute paths, and the default of `data.dir` filled in. Anything of a wrong form stays for the schema to find. */
function withPaths(written: unknown, file: string, workingDirectory: string): unknown {
  const absolute = mapPaths(written, [], (path) => resolve(dirname(file), path));
  if (!isRecord(absolute)) return absolute;
  // A section whose lines are all commented out reads as null: the same as no section.
  const sections = Object.fromEntries(Object.entries(absolute).filter(([, section]) => section !== null));
  const data = sections['data'] ?? {};
  if (!isRecord(data) || data['dir'] !== undefined) return sections;
  return { ...sections, data: { ...data, dir: resolve(workingDirectory, 'data') } };
}

function mapPaths(value: unknown, path: readonly PropertyKey[], absolute: (path: string) => string): unknown {
  if (typeof value === 'string') return isPathSetting(path) && value !== '' ? absolute(value) : value;
  if (Array.isArray(value)) return value.map((item: unknown, index) => mapPaths(item, [...path, index], absolute));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapPaths(item, [...path, key], absolute)]));
}

function withOverrides(written: unknown, overrides: readonly Override[]): unknown {
  return overrides.reduce((current, { path, value }) => replaced(current, path, value), written);
}

function replaced(value: unknown, path: readonly string[], replacement: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return replacement;
  if (value !== undefined && value !== null && !isRecord(value)) return value;
  return { ...value, [key]: replaced(value?.[key], rest, replacement) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
