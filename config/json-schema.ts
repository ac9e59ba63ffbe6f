import * as z from 'zod';
import { storeConfigSchema } from './schema.ts';

/** JSON Schema (draft 7, which editors understand) of a configuration as people write it; committed as store.schema.json. */
export function configJsonSchema(): string {
  const schema = z.toJSONSchema(storeConfigSchema, { io: 'input', target: 'draft-7', reused: 'inline' });
  return `${JSON.stringify({ title: 'Endcap store configuration', ...schema }, undefined, 2)}\n`;
}
