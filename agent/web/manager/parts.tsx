import { useComputed } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { ago } from '../shared/format.ts';
import { Icon, type IconName } from '../shared/icons.tsx';
import { useClock, usePage } from './page.ts';
import type { Tone } from './tone.ts';

/** A titled part of the page; `id` makes it a target of the navigation. */
export function Card(props: {
  readonly id: string;
  readonly title: string;
  /** Grid cells of twelve that it takes on a wide screen. */
  readonly wide?: 4 | 5 | 6 | 7 | 8 | 12;
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <section id={props.id} class={`card wide-${props.wide ?? 12}`} aria-labelledby={`${props.id}-title`}>
      <div class="card-head">
        <h2 id={`${props.id}-title`}>{props.title}</h2>
        {props.aside}
      </div>
      {props.children}
    </section>
  );
}

const TONE_ICONS: { readonly [T in Tone]: IconName } = { good: 'ok', warn: 'warning', bad: 'error', calm: 'quiet' };

/** A state as icon, word and colour together. */
export function Badge(props: {
  readonly tone: Tone;
  readonly icon?: IconName | undefined;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <span class={`badge tone-${props.tone}`}>
      <Icon name={props.icon ?? TONE_ICONS[props.tone]} />
      {props.children}
    </span>
  );
}

/** A bar of parts that fill `whole`; decoration, the numbers stand beside it. Drawn as SVG because the policy forbids inline styles. */
export function Bar(props: {
  readonly whole: number;
  readonly parts: readonly { readonly value: number; readonly look: string }[];
}): JSX.Element {
  let from = 0;
  const share = (value: number) => (props.whole > 0 ? Math.max(0, Math.min(100, (100 * value) / props.whole)) : 0);
  return (
    <svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <rect class="bar-ground" width="100" height="8" />
      {props.parts.map(({ value, look }) => {
        const x = from;
        const width = Math.min(share(value), 100 - x);
        from += width;
        return <rect key={look} class={look} x={x} width={width} height="8" />;
      })}
    </svg>
  );
}

/** "5 min ago" that keeps ticking, with the exact time behind it; `never` where there was none. */
export function Ago(props: { readonly atMs: number | undefined; readonly never?: string }): JSX.Element {
  if (props.atMs === undefined) return <span>{props.never ?? 'never'}</span>;
  // The key restarts the computed text when the time itself changes.
  return <Since key={props.atMs} atMs={props.atMs} />;
}

/** A line of a list of what happened. */
export function Happened(props: { readonly atMs: number; readonly sentence: string }): JSX.Element {
  return (
    <li>
      <span class="recent-time note">
        <Ago atMs={props.atMs} />
      </span>
      <span>{props.sentence}</span>
    </li>
  );
}

function Since(props: { readonly atMs: number }): JSX.Element {
  const { nowMs } = usePage();
  const clock = useClock();
  const text = useComputed(() => ago(props.atMs, nowMs.value));
  return (
    <time dateTime={new Date(props.atMs).toISOString()} title={clock.dateTime(props.atMs)}>
      {text}
    </time>
  );
}

/** What stands where there is nothing to show yet: why, and what will bring it. */
export function Empty(props: { readonly title: string; readonly children?: ComponentChildren }): JSX.Element {
  return (
    <div class="empty">
      <p class="empty-title">{props.title}</p>
      {props.children === undefined ? null : <p class="note">{props.children}</p>}
    </div>
  );
}
