import type { Document, Node } from 'yaml';
import { isAlias, isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { ConfigProblem, Issue } from './problem.ts';

/** A parsed YAML text that can say where each of its values stands. */
export interface ConfigDocument {
  /** Plain values; `{}` for an empty file. */
  readonly value: unknown;
  /** What kept the text from being read; the value may be partial then. */
  readonly problems: readonly ConfigProblem[];
  /** Gives an issue its place: the value, the key where `atKey`, else the closest section that exists. */
  place(issue: Issue): ConfigProblem;
}

/** Reads YAML 1.2; `name` is how the file is called in problems. */
export function readDocument(text: string, name: string): ConfigDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
    version: '1.2',
    schema: 'core',
    merge: false,
  });
  const problemAt = (offset: number, message: string, hint: string | undefined): ConfigProblem => {
    const { line, col } = lines.linePos(offset);
    return { source: name, line: Math.max(1, line), column: Math.max(1, col), message, hint };
  };
  const problems = document.errors.map((error) =>
    problemAt(error.pos[0], `not readable as YAML: ${firstLine(error.message)}`, YAML_HINTS[error.code]),
  );
  return {
    value: plainValue(document, problems, problemAt),
    problems,
    place: (issue) => problemAt(offsetOf(document, issue), issue.message, issue.hint),
  };
}

const YAML_HINTS: Readonly<Partial<Record<string, string>>> = {
  TAB_AS_INDENT: 'indent with spaces',
  DUPLICATE_KEY: 'keep one of the two',
  BAD_INDENT: 'lines of one section begin in the same column',
};

function plainValue(
  document: Document.Parsed,
  problems: ConfigProblem[],
  problemAt: (offset: number, message: string, hint: string | undefined) => ConfigProblem,
) {
  if (problems.length > 0) return {};
  try {
    // Bounded: a few lines of nested aliases could otherwise unfold to gigabytes.
    const value: unknown = document.toJS({ maxAliasCount: 1_000 }) ?? {};
    // Throws for an alias inside its own anchor, which nothing after this could walk.
    JSON.stringify(value);
    return value;
  } catch (error) {
    problems.push(problemAt(0, `not readable as YAML: ${error instanceof Error ? firstLine(error.message) : String(error)}`, undefined));
    return {};
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!.replace(/[.:]$/, '');
}

/** Follows the path as far as it exists. */
function offsetOf(document: Document.Parsed, issue: Issue): number {
  let node: Node | null = document.contents;
  for (const [index, part] of issue.path.entries()) {
    const inner: unknown = isAlias(node) ? node.resolve(document) : node;
    let next: unknown;
    if (isMap(inner)) {
      const pair = inner.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(part));
      const last = index === issue.path.length - 1;
      next = last && (issue.atKey === true || pair?.value === null) ? pair?.key : pair?.value;
    } else if (isSeq(inner)) {
      next = inner.items[Number(part)];
    }
    if (!isNode(next)) break;
    node = next;
  }
  return node?.range?.[0] ?? 0;
}
