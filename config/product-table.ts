import { readFileSync } from 'node:fs';
import { CsvError, parse } from 'csv-parse/sync';
import type { ConfigProblem, Issue } from './problem.ts';
import { reasonOf } from './secrets.ts';
import { suggestion } from './suggest.ts';

/** Products from a table, in the form that the configuration would have them. */
export interface ProductTable {
  /** How the file is called in problems. */
  readonly name: string;
  readonly products: readonly Readonly<Record<string, unknown>>[];
  /** What kept the table from being read; there are no products then. */
  readonly problems: readonly ConfigProblem[];
  /** Gives an issue of the product with this index its line in the table. */
  place(issue: Issue, index: number): ConfigProblem;
}

const REQUIRED: readonly string[] = ['sku', 'name', 'category', 'price', 'cost'];
const NUMBERS: readonly string[] = ['unitGrams', 'unitSpreadGrams'];
const COLUMNS: readonly string[] = [...REQUIRED, ...NUMBERS];
const LARGEST_FILE_BYTES = 128_000_000;

/** Reads a table of products: UTF-8, first line the column names, separated by comma, semicolon or tab. */
export function readProductTable(file: string): ProductTable {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    return unread({ source: file, line: undefined, column: undefined, message: `cannot be read: ${reasonOf(error)}`, hint: undefined });
  }
  const whole = (message: string, hint?: string) => unread({ source: file, line: undefined, column: undefined, message, hint });
  if (bytes.length > LARGEST_FILE_BYTES) return whole(`is larger than ${LARGEST_FILE_BYTES / 1e6} MB`);
  try {
    return parseProductTable(new TextDecoder('utf-8', { fatal: true }).decode(bytes), file);
  } catch (error) {
    if (error instanceof TypeError) return whole('is not UTF-8', 'save it as "CSV UTF-8"');
    throw error;
  }
}

/** As `readProductTable`, for text that is at hand already; `name` is how the file is called in problems. */
export function parseProductTable(text: string, name: string): ProductTable {
  const at = (line: number, message: string, hint?: string | undefined): ConfigProblem => ({
    source: name,
    line,
    column: 1,
    message,
    hint,
  });
  let records: readonly { readonly record: readonly string[]; readonly info: { readonly lines: number } }[];
  try {
    const options = { bom: true, delimiter: delimiterOf(text), info: true, skip_empty_lines: true, trim: true, relax_column_count: true };
    // With `info` each record comes with where it stood, which the package's types do not know of.
    records = parse(text, options) as unknown as typeof records;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line: unknown = error['lines'];
    return unread(
      at(typeof line === 'number' ? line : 1, `not readable as a table: ${error.message}`, 'a quote inside a field is written twice'),
    );
  }
  const [header, ...rows] = records;
  if (header === undefined) return unread(at(1, 'is empty', `the first line names the columns: ${COLUMNS.join(', ')}`));
  const columns = header.record.map((title) => COLUMNS.find((column) => column.toLowerCase() === title.toLowerCase()) ?? title);
  const problems = [
    ...columns
      .filter((column, index) => !COLUMNS.includes(column) || columns.indexOf(column) !== index)
      .map((column) => (COLUMNS.includes(column) ? at(1, `column "${column}" is given twice`) : unknownColumn(column, at))),
    ...REQUIRED.filter((column) => !columns.includes(column)).map((column) => at(1, `column "${column}" is missing`)),
    ...rows
      .filter(({ record }) => record.length > columns.length)
      .slice(0, MOST_LINES_TOLD)
      .map(({ record, info }) =>
        at(info.lines, `expected ${columns.length} fields, got ${record.length}`, 'put quotes around a field with a separator'),
      ),
  ];
  if (problems.length > 0) return { name, products: [], problems, place: (issue) => at(1, issue.message, issue.hint) };
  return {
    name,
    products: rows.map(({ record }) => productOf(columns, record)),
    problems: [],
    place: (issue, index) => {
      const row = `products[${String(issue.path[1])}]`;
      const message = issue.message.startsWith(`${row}.`) ? issue.message.slice(row.length + 1) : issue.message;
      return at(rows[index]?.info.lines ?? 1, message, issue.hint);
    },
  };
}

/** Lines of one table that are told about; a table with one wrong column would otherwise fill the screen. */
export const MOST_LINES_TOLD = 20;

function unknownColumn(column: string, at: (line: number, message: string, hint?: string) => ConfigProblem): ConfigProblem {
  return at(1, `unknown column "${column}"`, suggestion(column, COLUMNS) ?? `known: ${COLUMNS.join(', ')}`);
}

function unread(problem: ConfigProblem): ProductTable {
  return {
    name: problem.source,
    products: [],
    problems: [problem],
    place: (issue) => ({ ...problem, message: issue.message, hint: issue.hint }),
  };
}

/** Whichever separator the first line has most of. */
function delimiterOf(text: string): string {
  const first = text.split('\n', 1)[0] ?? '';
  const counted = [',', ';', '\t'].map((delimiter) => ({ delimiter, count: first.split(delimiter).length }));
  return counted.reduce((most, one) => (one.count > most.count ? one : most)).delimiter;
}

function productOf(columns: readonly string[], record: readonly string[]): Readonly<Record<string, unknown>> {
  const product: Record<string, unknown> = {};
  for (const [index, column] of columns.entries()) {
    const written = record[index] ?? '';
    if (written !== '') product[column] = cellValue(column, written);
  }
  return product;
}

/** Spreadsheets of half of Europe write 4,99. */
function cellValue(column: string, written: string): string | number {
  if (column !== 'price' && column !== 'cost' && !NUMBERS.includes(column)) return written;
  const decimal = /^\d+,\d+$/.test(written) ? written.replace(',', '.') : written;
  return NUMBERS.includes(column) && /^\d+(\.\d+)?$/.test(decimal) ? Number(decimal) : decimal;
}
