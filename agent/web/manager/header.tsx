import type { JSX } from 'preact';
import { Icon } from '../shared/icons.tsx';
import { Mark } from './forms.tsx';
import { useClock, usePage } from './page.ts';
import { VIEWS } from './views.ts';

const LINKS = [...VIEWS, { id: 'all', name: 'All' }] as const;

/** Name of the store, how fresh the page is, the way to each part, and the way out. */
export function Header(): JSX.Element {
  const { desk, place } = usePage();
  const overview = desk.overview.value;
  return (
    <header class="top">
      <p class="brand">
        <Mark /> {overview?.store.name ?? 'Endcap'}
      </p>
      <nav aria-label="Parts of this page">
        <ul>
          {LINKS.map(({ id, name }) => (
            <li key={id}>
              <a href={`#${id}`} aria-current={id === place.value.view ? 'page' : undefined}>
                {name}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <Freshness />
      <p class="who">
        <span class="who-name">{desk.account.value?.name}</span>
        <button type="button" class="button small" onClick={() => void desk.logOut()}>
          Sign out
        </button>
      </p>
    </header>
  );
}

function Freshness(): JSX.Element {
  const { desk, nowMs } = usePage();
  const clock = useClock();
  const link = desk.link.value;
  switch (link.kind) {
    case 'open':
      return (
        <p class="fresh tone-good">
          <Icon name="ok" /> Live, {clock.timeWithSeconds(nowMs.value)}
        </p>
      );
    case 'waiting': {
      const seconds = Math.max(0, Math.ceil((link.retryAtMs + desk.clockOffsetMs.value - nowMs.value) / 1_000));
      return (
        <p class="fresh tone-warn">
          <Icon name="off" /> Connection lost, retrying in {seconds} s
        </p>
      );
    }
    case 'connecting':
    case 'ended':
      return (
        <p class="fresh tone-calm">
          <Icon name="clock" /> Connecting…
        </p>
      );
  }
}
