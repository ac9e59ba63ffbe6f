import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerStore } from '../../../sync/hub/register-store.ts';
import { findPeer, hasPeer } from '../../support/peers.ts';
import { ADMIN_KEY, startTestHub, visitsRow } from '../../support/sync-fixtures.ts';
import { batch } from './hub-store-contract.ts';

const now = Date.UTC(2026, 2, 8, 12);
const SIZES = { phone: { width: 360, height: 740 }, desktop: { width: 1280, height: 900 } };

describe.skipIf(!hasPeer('chromium'))('the fleet page in a real browser', () => {
  let test: Awaited<ReturnType<typeof startTestHub>>;
  let browser: Browser;

  beforeAll(async () => {
    test = await startTestHub({ now: () => now });
    await registerStore(test.hub.store, { store: 'zurich', name: 'Zürich, Bahnhofstrasse', currency: 'CHF', nowMs: 1 });
    for (let day = 2; day <= 8; day++) {
      const counts = {
        visitsOpened: 900 + day * 31,
        interactions: 4_000,
        offers: 310,
        shown: 280,
        redeemed: 61,
        holds: 900,
        discountCents: 9_150,
      };
      const tills = {
        kind: 'tills',
        level: 'store-day',
        startMs: 1,
        day: `2026-03-0${day}`,
        counts: { sales: 640, salesCents: 1_834_512 },
      } as const;
      await test.hub.store.takeBatches({
        store: 'demo',
        epoch: '1',
        nowMs: now - 30_000,
        batches: [batch(day * 2, [visitsRow({ day: tills.day, counts }), tills])],
      });
    }
    const executablePath = findPeer('chromium')!;
    browser = await chromium.launch({
      executablePath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
    });
  });
  afterAll(async () => {
    await browser?.close();
    await test?.[Symbol.asyncDispose]();
  });

  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      it(`has no accessibility violation and asks nobody else for anything: ${size}, ${colorScheme}`, async () => {
        const context = await browser.newContext({ viewport, colorScheme, httpCredentials: { username: 'office', password: ADMIN_KEY } });
        const page = await context.newPage();
        const asked = new Set<string>();
        const complaints: string[] = [];
        page.on('request', (request) => asked.add(new URL(request.url()).origin));
        page.on('console', (message) => complaints.push(message.text()));
        await page.goto(`${test.url}/?days=7`);
        const { violations } = await new AxeBuilder({ page })
          .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'])
          .analyze();
        expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
        expect([...asked]).toEqual([new URL(test.url).origin]);
        expect(complaints.filter((text) => text.includes('Content Security Policy'))).toEqual([]);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        expect(overflow).toBe(0);
        const folder = process.env['ENDCAP_SCREENSHOTS'];
        if (folder !== undefined) await page.screenshot({ path: `${folder}/fleet-${size}-${colorScheme}.png`, fullPage: true });
        await context.close();
      });
    }
  }
});
