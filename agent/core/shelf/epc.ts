import type { CompiledStore } from '../compiled-store.ts';
import type { Sku } from '../ids.ts';

/** Bits of the company prefix, and its digits, for each partition value of an SGTIN-96 (GS1 EPC Tag Data Standard, table 14-2). */
const PARTITIONS: readonly (readonly [bits: number, digits: number])[] = [
  [40, 12],
  [37, 11],
  [34, 10],
  [30, 9],
  [27, 8],
  [24, 7],
  [20, 6],
];
const COMPANY_AND_ITEM_BITS = 44;
const GTIN_DIGITS = 13;

/** The product a tag belongs to: by the article number inside an SGTIN-96 (with or without leading zeros), or where the tag carries the SKU itself. */
export function skuOfEpc(store: CompiledStore, epc: string): Sku | undefined {
  if (store.products.has(epc)) return epc;
  const gtin = gtinOfEpc(epc);
  if (gtin === undefined) return undefined;
  for (let skip = 0; skip <= 6 && (skip === 0 || gtin[skip - 1] === '0'); skip += 1) {
    const sku = gtin.slice(skip);
    if (store.products.has(sku)) return sku;
  }
  return undefined;
}

/** The 14 digits of the article number in an SGTIN-96, given as 24 hexadecimal digits; undefined for any other tag. */
export function gtinOfEpc(epc: string): string | undefined {
  if (!/^30[0-9a-f]{22}$/i.test(epc)) return undefined;
  const bits = [...epc].map((digit) => Number.parseInt(digit, 16).toString(2).padStart(4, '0')).join('');
  const partition = PARTITIONS[Number.parseInt(bits.slice(11, 14), 2)];
  if (partition === undefined) return undefined;
  const [companyBits, companyDigits] = partition;
  const company = String(Number.parseInt(bits.slice(14, 14 + companyBits), 2)).padStart(companyDigits, '0');
  const item = String(Number.parseInt(bits.slice(14 + companyBits, 14 + COMPANY_AND_ITEM_BITS), 2)).padStart(
    GTIN_DIGITS - companyDigits,
    '0',
  );
  // The item reference begins with the indicator digit, which the article number carries in front.
  const digits = `${item[0]}${company}${item.slice(1)}`;
  if (digits.length !== GTIN_DIGITS) return undefined;
  const sum = [...digits].reduce((total, digit, at) => total + Number(digit) * (at % 2 === 0 ? 3 : 1), 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}
