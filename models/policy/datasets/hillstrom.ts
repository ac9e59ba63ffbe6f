import { readFile } from 'node:fs/promises';
import { fixedPropensities, type Trial } from '../uplift/trial.ts';

/** What of the file is to be made large. */
export type HillstromOutcome = 'visit' | 'conversion' | 'spend';

/** Arms in the order of their numbers. */
export const HILLSTROM_ARMS: readonly string[] = ['No E-Mail', 'Mens E-Mail', 'Womens E-Mail'];

const COLUMNS: readonly { readonly name: string; readonly of: (cells: ReadonlyMap<string, string>) => number }[] = [
  { name: 'recency', of: (cells) => Number(cells.get('recency')) },
  { name: 'logHistory', of: (cells) => Math.log(Number(cells.get('history'))) },
  { name: 'mens', of: (cells) => Number(cells.get('mens')) },
  { name: 'womens', of: (cells) => Number(cells.get('womens')) },
  { name: 'newbie', of: (cells) => Number(cells.get('newbie')) },
  ...['Urban', 'Rural'].map((zip) => ({ name: `zip=${zip}`, of: is('zip_code', zip) })),
  ...['Web', 'Multichannel'].map((channel) => ({ name: `channel=${channel}`, of: is('channel', channel) })),
];

/** Reads the e-mail trial of Hillstrom (2008): three arms dealt out evenly. */
export async function readHillstrom(path: string, outcome: HillstromOutcome = 'visit'): Promise<Trial> {
  const [header = '', ...lines] = (await readFile(path, 'utf8')).trim().split(/\r?\n/);
  const names = header.split(',');
  const rows = lines.map((line) => new Map(cellsOf(line).map((cell, i) => [names[i] ?? '', cell])));
  const arm = Uint8Array.from(rows, (cells) => HILLSTROM_ARMS.indexOf(cells.get('treatment') ?? ''));
  const unknown = arm.indexOf(255);
  if (unknown !== -1) throw new Error(`Cannot read "${path}", line ${unknown + 2}: treatment "${rows[unknown]?.get('treatment')}"`);
  return {
    rows: rows.length,
    arms: HILLSTROM_ARMS,
    columns: COLUMNS.map(({ of }) => Float32Array.from(rows, of)),
    columnNames: COLUMNS.map(({ name }) => name),
    arm,
    outcome: Float64Array.from(rows, (cells) => Number(cells.get(outcome))),
    propensities: fixedPropensities(rows.length, [1 / 3, 1 / 3, 1 / 3]),
  };
}

function is(column: string, value: string): (cells: ReadonlyMap<string, string>) => number {
  return (cells) => (cells.get(column) === value ? 1 : 0);
}

/** Cells of a line; one in quotes may hold commas. */
function cellsOf(line: string): string[] {
  return Array.from(line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/g), ([, quoted, plain]) => quoted ?? plain ?? '');
}
