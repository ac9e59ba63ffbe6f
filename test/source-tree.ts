import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

/** A source file with what it imports. */
export interface SourceFile {
  /** From the project root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

/** One import or re-export. */
export interface Import {
  /** As written. */
  readonly specifier: string;
  /** Path from the project root for a relative one. */
  readonly target: string | undefined;
  readonly isTypeOnly: boolean;
}

const ROOTS = ['agent', 'models', 'devices', 'sync', 'config', 'test'] as const;

/** Every .ts and .tsx file of the project. */
export function readSources(): readonly SourceFile[] {
  return ROOTS.flatMap((root) => readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => posix.join(root, name)))
    .filter((path) => /\.tsx?$/.test(path))
    .toSorted()
    .map((path) => parseSource(path, readFileSync(path, 'utf8')));
}

/** Finds the imports of a text: static, re-exported and dynamic with a literal. Comments and strings that only look like imports are skipped. */
export function parseSource(path: string, text: string): SourceFile {
  const code = withoutComments(text);
  const imports: Import[] = [];
  // Import statements begin a line here: the formatter sees to that.
  for (const match of code.matchAll(/^(?:import|export)\s+(type\s+)?(?:[\w*{}\s,$]+?\s+from\s+)?['"]([^'"\n]+)['"]/gm)) {
    imports.push(toImport(path, match[2]!, match[1] !== undefined));
  }
  for (const match of code.matchAll(/\bimport\(\s*['"]([^'"\n]+)['"]/g)) imports.push(toImport(path, match[1]!, false));
  return { path, text, imports };
}

function toImport(path: string, specifier: string, isTypeOnly: boolean): Import {
  const target = specifier.startsWith('.') ? posix.normalize(posix.join(dirname(path), specifier)) : undefined;
  return { specifier, target, isTypeOnly };
}

/** Blanks comments and keeps everything else in its place; strings and templates are left as they are. */
export function withoutComments(text: string): string {
  return text.replace(COMMENT_OR_TEXT, (whole, comment: string | undefined) => (comment === undefined ? whole : blank(whole)));
}

/** Blanks comments and the content of strings and templates: what is left is code. */
export function onlyCode(text: string): string {
  return text.replace(COMMENT_OR_TEXT, blank);
}

const COMMENT_OR_TEXT = /(\/\*[\s\S]*?\*\/|(?<![:\\'"`/])\/\/[^\n]*)|('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)/g;

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}

/** The folder a file belongs to in the import table: `agent/core`, `devices`, `agent/cli`, ...; files directly in `agent` stand for themselves. */
export function moduleOf(path: string): string {
  const [first = '', second = ''] = path.split('/');
  if (first !== 'agent') return first;
  return second.endsWith('.ts') ? path : join(first, second);
}
