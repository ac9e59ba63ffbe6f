import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { requirePeer } from '../../support/peers.ts';

/** A real Chromium with a fresh profile, closed and removed with the disposable. */
export interface TestBrowser extends AsyncDisposable {
  readonly context: BrowserContext;
  /** A page at `viewport`, which notes what it must not do. */
  readonly open: (url: string, look?: Look) => Promise<WatchedPage>;
}

export interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: 'light' | 'dark';
}

export interface WatchedPage {
  readonly page: Page;
  /** Console errors, policy violations, page errors and requests to other hosts, as sentences; must stay empty. */
  readonly complaints: string[];
}

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts Debian's Chromium; `locale` is what the pages see as the browser's language. */
export async function startBrowser(options: { readonly locale?: string } = {}): Promise<TestBrowser> {
  const profile = await mkdtemp(join(tmpdir(), 'endcap-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: requirePeer('chromium'),
    args: FLAGS,
    locale: options.locale ?? 'en-GB',
    timezoneId: 'Europe/Berlin',
    acceptDownloads: true,
  });
  return {
    context,
    open: async (url, look = {}) => {
      const page = await context.newPage();
      await page.setViewportSize({ width: look.width ?? 375, height: look.height ?? 812 });
      await page.emulateMedia({ colorScheme: look.scheme ?? 'light' });
      const complaints = watch(page, new URL(url).host);
      await page.goto(url);
      return { page, complaints };
    },
    [Symbol.asyncDispose]: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
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
