import { expect, it } from 'vitest';
import { killRounds } from './kill-rounds.ts';

it('two kills under load lose nothing that was acknowledged and redeem nothing twice', { timeout: 90_000 }, async () => {
  const { acknowledged, redeemed } = await killRounds(2);
  expect(acknowledged).toBeGreaterThan(100);
  expect(redeemed).toBeGreaterThan(0);
});
