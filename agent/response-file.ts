import { join } from 'node:path';

/** Where the model of what a discount does lies, in a store's data folder. */
export function responseFile(dataDir: string): string {
  return join(dataDir, 'models/offer-response.json');
}
