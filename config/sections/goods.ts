import * as z from 'zod';
import { id, line, money } from '../values.ts';

/** `products`: what is sold, at which price, and what it costs the store. */
export const productsSection = z
  .array(
    z.strictObject({
      sku: id().describe('Article number, in quotes where it is all digits'),
      name: line().describe('Name that shoppers see'),
      category: id().describe('Category, as campaigns name it'),
      price: money({ minCents: 1 }).describe('Price of one unit'),
      cost: money().describe('What one unit costs the store; margin is price minus cost'),
      unitGrams: z.number().positive().max(1_000_000).optional().describe('Weight of one unit in grams, where a scale should count it'),
      unitSpreadGrams: z
        .number()
        .positive()
        .max(100_000)
        .optional()
        .describe('How much one unit differs from the next, as a standard deviation in grams; 1.5 % of the unit unless set'),
    }),
  )
  .max(200_000)
  .default([])
  .describe('What is sold');

/** `productsFile`: a table of products, for a catalogue that nobody writes by hand. */
export const productsFileSection = z
  .string()
  .min(1)
  .optional()
  .describe(
    'A table (CSV, UTF-8) of more products, with the columns sku, name, category, price, cost and, where a scale counts them, unitGrams, unitSpreadGrams',
  );
