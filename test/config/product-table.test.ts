import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig, parseConfig } from '../../config/load.ts';
import { printConfig } from '../../config/print.ts';
import { formatProblem } from '../../config/problem.ts';
import { MOST_LINES_TOLD } from '../../config/product-table.ts';
import { SMALL_STORE } from './small-store.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'endcap-products-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Loads the small store with a table of products beside it. */
function load(table: string | Buffer) {
  writeFileSync(join(folder, 'goods.csv'), table);
  writeFileSync(join(folder, 'store.yaml'), `${SMALL_STORE}productsFile: goods.csv\n`);
  return loadConfig({ file: 'store.yaml', environment: {}, workingDirectory: folder });
}

function problemsIn(table: string | Buffer): readonly string[] {
  const outcome = load(table);
  if (outcome.kind === 'loaded') return [];
  return outcome.problems.map((problem) => formatProblem(problem).replace(folder, ''));
}

function productsIn(table: string) {
  const outcome = load(table);
  if (outcome.kind === 'invalid') throw new Error(outcome.problems.map(formatProblem).join('\n'));
  return outcome.loaded.store.products;
}

const HEADER = 'sku,name,category,price,cost,unitGrams';

describe('a table of products', () => {
  it('stands beside the products of the file, in the same form', () => {
    expect(productsIn(`${HEADER}\n4001,"Coffee, ground",coffee,4.99,2.10,500\n4002,Filters,coffee,1.50,0.40,\n`)).toEqual([
      { sku: 'TEA', name: 'Tea', category: 'tea', priceCents: 299, costCents: 150 },
      { sku: '4001', name: 'Coffee, ground', category: 'coffee', priceCents: 499, costCents: 210, unitGrams: 500 },
      { sku: '4002', name: 'Filters', category: 'coffee', priceCents: 150, costCents: 40 },
    ]);
  });

  it.each([
    ['semicolons and decimal commas', 'sku;name;category;price;cost\n4001;Coffee;coffee;4,99;2,10\n'],
    ['tabs', 'sku\tname\tcategory\tprice\tcost\n4001\tCoffee\tcoffee\t4.99\t2.10\n'],
    ['a byte order mark, capitals and Windows line ends', '\ufeffSKU,Name,Category,Price,Cost\r\n4001,Coffee,coffee,4.99,2.10\r\n\r\n'],
    ['columns in another order', 'price,cost,name,sku,category\n4.99,2.10,Coffee,4001,coffee\n'],
  ])('may come with %s, as spreadsheets write it', (_what, table) => {
    expect(productsIn(table)[1]).toEqual({ sku: '4001', name: 'Coffee', category: 'coffee', priceCents: 499, costCents: 210 });
  });

  it('can be printed with the configuration and loaded again without the table', () => {
    const outcome = load(`${HEADER}\n4001,Coffee,coffee,4.99,2.10,500\n`);
    if (outcome.kind === 'invalid') throw new Error('invalid');
    const again = parseConfig(printConfig(outcome.loaded.config), { file: 'again.yaml', environment: {}, workingDirectory: folder });
    expect(again.kind === 'loaded' && again.loaded.store).toEqual(outcome.loaded.store);
  });

  it.each([
    [
      'a value of the wrong form, by its line',
      `${HEADER}\n4001,Coffee,coffee,4.99,2.10,500\n4002,Tea,tea,cheap,1,heavy\n`,
      [
        '/goods.csv:3:1: price: expected an amount with at most two decimals, like 4.99, got "cheap"',
        '/goods.csv:3:1: unitGrams: expected a number, got "heavy"',
      ],
    ],
    [
      'a missing value, by its line, also after a name of two lines',
      `${HEADER}\n4001,"Coffee,\nground",coffee,4.99,2.10,500\n4002,,tea,1.99,1,\n`,
      ['/goods.csv:4:1: name is missing'],
    ],
    [
      'an article that is there twice',
      `${HEADER}\nTEA,Tea,tea,1,1,\n`,
      ['/goods.csv:2:1: product "TEA" is given twice (it is products[0] already)'],
    ],
    [
      'an unknown column',
      'sku,name,category,prise,cost\n1,a,b,1,1\n',
      ['/goods.csv:1:1: unknown column "prise" (did you mean "price"?)', '/goods.csv:1:1: column "price" is missing'],
    ],
    [
      'too many fields',
      `${HEADER}\n1,Coffee, ground,coffee,4.99,2.10,500\n`,
      ['/goods.csv:2:1: expected 6 fields, got 7 (put quotes around a field with a separator)'],
    ],
    [
      'nothing at all',
      '',
      ['/goods.csv:1:1: is empty (the first line names the columns: sku, name, category, price, cost, unitGrams, unitSpreadGrams)'],
    ],
    [
      'another encoding',
      Buffer.from(`${HEADER}\n1,Caf\u00e9,coffee,1,1,\n`, 'latin1'),
      ['/goods.csv: is not UTF-8 (save it as "CSV UTF-8")'],
    ],
  ])('says what is wrong: %s', (_what, table, problems) => {
    expect(problemsIn(table)).toEqual(problems);
  });

  it('says of a broken quote where it begins', () => {
    expect(problemsIn(`${HEADER}\n1,"Coffee,coffee,4.99,2.10,500\n2,Tea,tea,1,1,\n`)[0]).toMatch(
      /goods\.csv:\d+:1: not readable as a table/,
    );
  });

  it('is told when it is not there', () => {
    writeFileSync(join(folder, 'store.yaml'), `${SMALL_STORE}productsFile: none.csv\n`);
    const outcome = loadConfig({ file: 'store.yaml', environment: {}, workingDirectory: folder });
    expect(outcome.kind === 'invalid' && outcome.problems.map(({ message }) => message)).toEqual(['cannot be read: no such file']);
  });

  it('does not fill the screen when every line is wrong', () => {
    const lines = Array.from({ length: 500 }, (_, index) => `${index},Name,cat,no,1,`);
    const problems = problemsIn(`${HEADER}\n${lines.join('\n')}\n`);
    expect(problems).toHaveLength(MOST_LINES_TOLD + 1);
    expect(problems.at(-1)).toBe(`/goods.csv:22:1: and ${500 - MOST_LINES_TOLD} more problems from here on`);
  });
});
