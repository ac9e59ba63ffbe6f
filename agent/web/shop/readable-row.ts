/** One line of a row as a person reads it. */
export interface ReadableField {
  readonly name: string;
  readonly value: string;
}

/** How deep nested values are unfolded before they are shown as they are. */
const MAX_DEPTH = 2;

/**
 * A row of the export as lines: names in words, times as local times, nothing left out. Values that are lists or deep stay JSON,
 * because leaving something out would make "everything held" untrue.
 */
export function readableRow(row: unknown, time: (atMs: number) => string): readonly ReadableField[] {
  const fields = fieldsOf('', row, { depth: 0, time });
  // A row's body repeats the columns that the store looks rows up by; saying the same twice helps nobody.
  return fields.filter((field, at) => fields.findIndex(({ name, value }) => name === field.name && value === field.value) === at);
}

function fieldsOf(
  path: string,
  value: unknown,
  context: { readonly depth: number; readonly time: (atMs: number) => string },
): readonly ReadableField[] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && context.depth <= MAX_DEPTH) {
    return Object.entries(value).flatMap(([key, inner]) => fieldsOf(pathTo(path, key), inner, { ...context, depth: context.depth + 1 }));
  }
  return [{ name: path === '' ? '–' : path, value: textOf(path, value, context.time) }];
}

/** The column that holds a whole record is a box, not a word. */
function pathTo(path: string, key: string): string {
  if (path === '') return key === 'body' ? '' : inWords(key);
  return `${path}, ${inWords(key)}`;
}

function textOf(name: string, value: unknown, time: (atMs: number) => string): string {
  if (value === null || value === undefined || value === '') return '–';
  // A span is in milliseconds too; only a point in time is this large (2001 to 2286).
  if (typeof value === 'number' && / ms$/.test(name) && value >= 1e12 && value < 1e13) return time(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function inWords(key: string): string {
  return key
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/_/g, ' ')
    .toLowerCase();
}
