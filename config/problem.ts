/** Something wrong with a configuration, and where. Lines and columns count from 1; a problem of the environment has neither. */
export interface ConfigProblem {
  /** The file as it was named, or the environment variable. */
  readonly source: string;
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly message: string;
  readonly hint: string | undefined;
}

/** A problem before it has a place: `path` leads to the value, `atKey` points at the key instead. */
export interface Issue {
  readonly path: readonly PropertyKey[];
  readonly atKey?: boolean;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** One line: `file:line:col: message (hint)`. */
export function formatProblem(problem: ConfigProblem): string {
  const place = problem.line === undefined ? problem.source : `${problem.source}:${problem.line}:${problem.column}`;
  return `${place}: ${problem.message}${problem.hint === undefined ? '' : ` (${problem.hint})`}`;
}

/** A path in the words of the file: `products[3].price`; empty for the root. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`)).join('');
}
