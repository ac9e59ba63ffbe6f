import { expect, it } from 'vitest';
import { killRounds } from '../kill-rounds.ts';

it('fifty kills under load lose nothing that was acknowledged and redeem nothing twice', { timeout: 1_200_000 }, async () => {
  const { acknowledged, redeemed } = await killRounds(50);
  expect(acknowledged).toBeGreaterThan(5_000);
  expect(redeemed).toBeGreaterThan(50);
});
