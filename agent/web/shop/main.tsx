import { signal } from '@preact/signals';
import { render } from 'preact';
import { ID_PATTERN } from '../../core/ids.ts';
import { startTicker } from '../shared/ticker.ts';
import { shopApi } from './api.ts';
import { ShopApp } from './app.tsx';
import { pickLanguage, pickLocale, translator } from './i18n.ts';
import { PageProvider } from './page.ts';
import { memoryBox, ticketBox } from './ticket.ts';
import { visitModel } from './visit.ts';

const languages = navigator.languages.length > 0 ? navigator.languages : [navigator.language];
const language = pickLanguage(languages);
const t = translator(language);
document.documentElement.lang = language;
document.title = t('page.title');

const query = new URLSearchParams(location.search);
const visit = visitModel({
  api: shopApi,
  tickets: ticketBox(browserStorage()),
  memory: memoryBox(browserStorage()),
  language,
  at: idFrom(query.get('at')),
  tag: idFrom(query.get('tag')),
  now: Date.now,
});

// The view is in the address, so that the phone's back key works.
const view = signal(viewFromHash(''));
addEventListener('hashchange', () => {
  view.value = viewFromHash(view.value);
});

const { nowMs } = startTicker();
nowMs.subscribe(visit.tick);
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') visit.wake();
});
addEventListener('online', visit.wake);
// A page taken from the back-forward cache has a dead stream.
addEventListener('pageshow', (event) => {
  if (event.persisted) visit.wake();
});

const root = document.getElementById('app');
if (root !== null) {
  render(
    <PageProvider value={{ t, locale: pickLocale(languages, language), visit, nowMs }}>
      <ShopApp view={view} />
    </PageProvider>,
    root,
  );
}
void visit.start().catch(() => undefined);

function viewFromHash(current: string): string {
  const name = location.hash.slice(1);
  // The skip link moves the focus inside the view.
  if (name === 'main') return current;
  return name === 'data' || name === 'place' ? name : '';
}

function idFrom(text: string | null): string | undefined {
  return text !== null && ID_PATTERN.test(text) ? text : undefined;
}

/** `undefined` where the browser refuses: reading the property alone can throw. */
function browserStorage(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}
