import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import type { Problem } from '../../core/overview.ts';
import { plural } from '../shared/format.ts';
import { Icon } from '../shared/icons.tsx';
import { useClock, useOverview, usePage } from './page.ts';
import { Ago } from './parts.tsx';
import { lostVerdict, type Verdict, verdictOf } from './verdict.ts';

/** The answer first: is the store working, and if not, what to do now. */
export function Banner(): JSX.Element {
  const overview = useOverview();
  const { desk } = usePage();
  const clock = useClock();
  const link = desk.link.value;
  const isLost = link.kind === 'waiting' && link.failures > 1;
  const verdict = isLost ? lostVerdict(clock.timeWithSeconds(overview.atMs)) : verdictOf(overview);
  const others = isLost ? overview.problems : overview.problems.slice(1);
  return (
    <section class={`banner tone-${verdict.tone}`} aria-labelledby="banner-title">
      <Icon name={verdict.icon} />
      <div class="banner-words">
        <h1 id="banner-title">{verdict.title}</h1>
        <p>{verdict.sentence}</p>
        {verdict.next === undefined ? null : (
          <p class="next">
            <strong>Next:</strong> {verdict.next}
          </p>
        )}
      </div>
      <Announcement verdict={verdict} />
      {others.length === 0 ? null : <ProblemList problems={others} isLost={isLost} />}
    </section>
  );
}

function ProblemList(props: { readonly problems: readonly Problem[]; readonly isLost: boolean }): JSX.Element {
  const title = props.isLost ? 'Known before the connection was lost' : `${plural(props.problems.length, 'more thing')} to look at`;
  return (
    <details class="fold problems" open={props.problems.length <= 3}>
      <summary>{title}</summary>
      <ul>
        {props.problems.map((problem) => (
          <li key={problem.id}>
            <Icon name={problem.severity === 'error' ? 'error' : 'warning'} />
            <div>
              <p>
                <span class="visually-hidden">{problem.severity === 'error' ? 'Error: ' : 'Warning: '}</span>
                <strong>{problem.sentence}</strong>{' '}
                <span class="note">
                  since <Ago atMs={problem.sinceMs} />
                </span>
              </p>
              <p class="note">{problem.hint}</p>
            </div>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** Shortest time between two announcements: a store that flickers must not talk over its manager. */
const ANNOUNCE_EVERY_MS = 10_000;

/** Says a changed verdict to a screen reader, at most once in ten seconds; counts that change every second are not said. */
function Announcement(props: { readonly verdict: Verdict }): JSX.Element {
  const { title, sentence, next } = props.verdict;
  const wanted = next === undefined ? `${title}.` : `${title}. ${sentence}`;
  const nowMs = usePage().nowMs.value;
  const said = useRef({ text: wanted, atMs: nowMs });
  if (wanted !== said.current.text && nowMs - said.current.atMs >= ANNOUNCE_EVERY_MS) said.current = { text: wanted, atMs: nowMs };
  return (
    <p class="visually-hidden" role="status">
      {said.current.text}
    </p>
  );
}
