import { defineConfig } from 'vitest/config';

/** The long rounds: `npm run test:faults`. The short ones are part of `npm test`. */
export default defineConfig({
  test: {
    include: ['test/faults/long/**/*.test.ts'],
    pool: 'forks',
    // Each of them wants the machine for itself.
    maxWorkers: 1,
    testTimeout: 600_000,
    hookTimeout: 120_000,
  },
});
