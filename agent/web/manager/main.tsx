import { computed, effect } from '@preact/signals';
import { render } from 'preact';
import { startTicker } from '../shared/ticker.ts';
import { followAddress } from './address.ts';
import { managerApi } from './api.ts';
import { ManagerApp } from './app.tsx';
import { createDesk } from './desk.ts';
import { PageProvider } from './page.ts';

const desk = createDesk({ api: managerApi, now: Date.now });
const ticker = startTicker();
const place = followAddress(window);
const nowMs = computed(() => ticker.nowMs.value + desk.clockOffsetMs.value);

document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') desk.wake();
});
addEventListener('online', desk.wake);
addEventListener('pageshow', (event) => {
  if (event.persisted) desk.wake();
});

// Somebody with ten tabs sees at once which store this is, and whether it is well.
effect(() => {
  const overview = desk.overview.value;
  const mark = overview === undefined || overview.health.state === 'ok' ? '' : '(!) ';
  document.title = overview === undefined ? 'Endcap' : `${mark}${overview.store.name} – Endcap`;
});

const root = document.getElementById('app');
if (root !== null) {
  render(
    <PageProvider value={{ desk, nowMs, place }}>
      <ManagerApp />
    </PageProvider>,
    root,
  );
}
void desk.start().catch(() => undefined);
