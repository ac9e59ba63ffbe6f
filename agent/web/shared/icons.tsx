import type { JSX } from 'preact';

/** Shapes differ from each other without colour: a state must be readable in grey. */
export type IconName =
  | 'ok'
  | 'warning'
  | 'error'
  | 'quiet'
  | 'off'
  | 'pause'
  | 'play'
  | 'place'
  | 'person'
  | 'clock'
  | 'cloud'
  | 'tag'
  | 'print'
  | 'search'
  | 'next'
  | 'down';

const PATHS: { readonly [N in IconName]: string } = {
  ok: 'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm3.3 4.3L7 9.6 4.9 7.5 3.8 8.6 7 11.8l5.4-5.4Z',
  warning: 'M8 1.2 15.4 14.5H.6Zm-.8 4.6v4.4h1.6V5.8Zm0 5.6v1.6h1.6v-1.6Z',
  error:
    'M4.9.8h6.2l4.1 4.3v5.8l-4.1 4.3H4.9L.8 10.9V5.1Zm.5 3.5L4.3 5.4 6.9 8l-2.6 2.6 1.1 1.1L8 9.1l2.6 2.6 1.1-1.1L9.1 8l2.6-2.6-1.1-1.1L8 6.9Z',
  quiet: 'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm0 1.6a5.4 5.4 0 1 0 0 10.8A5.4 5.4 0 0 0 8 2.6Zm.8 2V8l2.4 1.5-.8 1.3-3.2-2V4.6Z',
  off: 'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm0 1.6A5.4 5.4 0 0 0 3.7 11.2L11.2 3.7A5.4 5.4 0 0 0 8 2.6Zm4.3 2.2-7.5 7.5A5.4 5.4 0 0 0 12.3 4.8Z',
  pause: 'M3.5 2.5h3.2v11H3.5Zm5.8 0h3.2v11H9.3Z',
  play: 'M4 2.2 13.5 8 4 13.8Z',
  place: 'M8 .8a5.2 5.2 0 0 1 5.2 5.2c0 3.6-5.2 9.2-5.2 9.2S2.8 9.6 2.8 6A5.2 5.2 0 0 1 8 .8Zm0 3.2a2 2 0 1 0 0 4 2 2 0 0 0 0-4Z',
  person: 'M8 1.2a3.2 3.2 0 1 1 0 6.4 3.2 3.2 0 0 1 0-6.4ZM2 14.8c0-3.4 2.6-5.6 6-5.6s6 2.2 6 5.6Z',
  clock: 'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1Zm0 1.6a5.4 5.4 0 1 0 0 10.8A5.4 5.4 0 0 0 8 2.6ZM8.8 4v3.7l2.6 1.6-.8 1.3L7.2 8.6V4Z',
  cloud: 'M4.4 13A3.6 3.6 0 0 1 4 5.9a4.2 4.2 0 0 1 8.1.9A3.1 3.1 0 0 1 11.8 13Z',
  tag: 'M1 1.5h6.7L15 8.8 8.8 15 1 7.7Zm3.2 1.9a1.3 1.3 0 1 0 0 2.6 1.3 1.3 0 0 0 0-2.6Z',
  print: 'M4 1h8v3.5H4ZM2 5.5h12a1 1 0 0 1 1 1V12h-3V9.5H4V12H1V6.5a1 1 0 0 1 1-1Zm3 5h6V15H5Z',
  search: 'M6.6 1a5.6 5.6 0 0 1 4.5 8.9l3.8 3.8-1.2 1.2-3.8-3.8A5.6 5.6 0 1 1 6.6 1Zm0 1.7a3.9 3.9 0 1 0 0 7.8 3.9 3.9 0 0 0 0-7.8Z',
  next: 'M5.3 1.7 11.6 8l-6.3 6.3-1.2-1.2L9.2 8 4.1 2.9Z',
  down: 'M1.7 5.3 8 11.6l6.3-6.3-1.2-1.2L8 9.2 2.9 4.1Z',
};

/** A small picture beside a word that says the same: hidden from screen readers. */
export function Icon(props: { readonly name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[props.name]} fill="currentColor" fill-rule="evenodd" />
    </svg>
  );
}
