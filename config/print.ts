import { Document, isScalar, visit } from 'yaml';
import * as z from 'zod';
import type { StoreConfig } from './schema.ts';
import { storeConfigSchema } from './schema.ts';

/** Text that stands where a value is not shown. */
export const REDACTED = '(redacted)';

/** The whole configuration as YAML with every default filled in; loading it again gives the same configuration. */
export function printConfig(config: StoreConfig): string {
  return toYaml(z.encode(storeConfigSchema, withoutTable(config)));
}

/** The products of the table stand among the others already. */
function withoutTable({ productsFile: _, ...config }: StoreConfig): StoreConfig {
  return config;
}

/** As `printConfig`, fit to be shown to others: names of accounts, hashes of keys and places of secrets are blanked. Does not load again. */
export function printRedacted(config: StoreConfig): string {
  return toYaml(redacted(z.encode(storeConfigSchema, withoutTable(config)), ''));
}

function toYaml(value: unknown): string {
  const document = new Document(value, { version: '1.2' });
  visit(document, {
    // Points and lists of names read better on one line.
    Seq: (_key, list) => {
      list.flow = list.items.every((item) => isScalar(item));
    },
  });
  return document.toString({ lineWidth: 140 });
}

function redacted(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return value.map((item: unknown) => redacted(item, key));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, redacted(item, name)]));
  }
  if (value === undefined) return undefined;
  if (/^(username|keyHash|passwordFile|keyFile)$/.test(key)) return REDACTED;
  if ((key === 'url' || key === 'source') && typeof value === 'string') return value.replace(/\/\/[^/@]*@/, `//${REDACTED}@`);
  return value;
}
