import { AxeBuilder } from '@axe-core/playwright';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { findPeer } from '../../support/peers.ts';

/** How a page is looked at; a phone in daylight by default. */
export interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: 'light' | 'dark';
  readonly locale?: string;
  /** Opens another tab of the same browser profile; `locale` is then the profile's. */
  readonly context?: BrowserContext;
}

/** The two sizes that everything is checked at. */
export const SIZES = { phone: { width: 375, height: 812 }, desk: { width: 1280, height: 900 } };

export interface WatchedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Console errors, policy violations, page errors and requests to other hosts, as sentences; must stay empty. */
  readonly complaints: readonly string[];
}

/** A real Chromium; each page opened gets a profile of its own. */
export interface TestBrowser extends AsyncDisposable {
  readonly open: (url: string, look?: Look) => Promise<WatchedPage>;
}

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts the installed Chromium; the caller owes that there is one. */
export async function startBrowser(): Promise<TestBrowser> {
  const executablePath = findPeer('chromium');
  if (executablePath === undefined) throw new Error('Cannot start a browser: chromium is not installed');
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  return {
    open: async (url, look = {}) => {
      const context =
        look.context ??
        (await browser.newContext({
          viewport: { width: look.width ?? 375, height: look.height ?? 812 },
          colorScheme: look.scheme ?? 'light',
          locale: look.locale ?? 'en-GB',
          timezoneId: 'Europe/Berlin',
        }));
      const page = await context.newPage();
      const complaints = watch(page, new URL(url).host);
      await page.goto(url);
      return { page, context, complaints };
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

function watch(page: Page, ownHost: string): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    // Chromium writes every refused or lost request to the console; those are what the tests provoke.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(`${error.name}: ${error.message}`));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol !== 'blob:' && url.protocol !== 'data:' && url.host !== ownHost) complaints.push(`Request to ${url.host}`);
  });
  return complaints;
}

/** Asks until the answer is as expected, for up to 15 s: a real browser on a busy machine takes its time. */
export function eventually<T>(ask: () => T): ReturnType<typeof expect.poll<T>> {
  return expect.poll(ask, { timeout: 15_000 });
}

/** What axe finds wrong by the rules of WCAG 2.2 A and AA, one line a finding. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  // A fade is a moment of low contrast; what counts is where it ends.
  await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished)));
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  return violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${String(node.target)} (${node.failureSummary?.split('\n')[1]?.trim() ?? ''})`),
  );
}
