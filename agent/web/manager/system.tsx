import type { JSX } from 'preact';
import type { CloudOverview } from '../../core/overview.ts';
import { bytes, count, plural } from '../shared/format.ts';
import { LOCALE, useOverview } from './page.ts';
import { Ago, Badge, Bar, Card, Empty, Happened } from './parts.tsx';
import type { Tone } from './tone.ts';

const CLOUD_WORDS: { readonly [S in CloudOverview['state']]: { readonly tone: Tone; readonly word: string } } = {
  connected: { tone: 'good', word: 'Connected' },
  offline: { tone: 'warn', word: 'No connection' },
  refused: { tone: 'bad', word: 'Refused' },
  off: { tone: 'calm', word: 'Not set up' },
};

/** The link to head office: how far behind, and how long the store can go on without. */
export function Cloud(): JSX.Element {
  const { cloud } = useOverview();
  const { tone, word } = CLOUD_WORDS[cloud.state];
  return (
    <Card
      id="cloud"
      title="Cloud link"
      wide={12}
      aside={
        <Badge tone={tone} icon={cloud.state === 'off' ? 'off' : undefined}>
          {word}
        </Badge>
      }
    >
      <p>{cloud.sentence}</p>
      {cloud.state === 'off' ? null : (
        <dl class="ledger">
          <div>
            <dt>Last upload</dt>
            <dd>
              <Ago atMs={cloud.lastUploadAtMs} />
            </dd>
          </div>
          <div>
            <dt>Waiting to be sent</dt>
            <dd>
              {cloud.backlogBatches === 0 ? 'nothing' : `${plural(cloud.backlogBatches, 'batch', 'batches')}, ${bytes(cloud.backlogBytes)}`}
            </dd>
          </div>
          <div>
            <dt>Works without the cloud for</dt>
            <dd>{cloud.outageDaysLeft === undefined ? 'not known yet' : plural(Math.floor(cloud.outageDaysLeft), 'more day')}</dd>
          </div>
        </dl>
      )}
    </Card>
  );
}

/** The agent itself: what scores, and how full the disk is. */
export function Machine(): JSX.Element {
  const { model, disk, version } = useOverview();
  return (
    <Card id="machine" title="This computer" wide={6} aside={<span class="note">Endcap {version}</span>}>
      <h3>
        Model in use <Badge tone={model.state === 'live' ? 'good' : 'warn'}>{model.state === 'live' ? 'Live' : 'Fallback'}</Badge>
      </h3>
      <p>{model.sentence}</p>
      {model.sentence.includes(model.name) ? null : <p class="note">{model.name}</p>}
      <h3>Disk</h3>
      <Bar
        whole={disk.quotaBytes}
        parts={[{ value: disk.usedBytes, look: disk.usedBytes > disk.quotaBytes * 0.9 ? 'bar-bad' : 'bar-main' }]}
      />
      <p>{disk.sentence}</p>
    </Card>
  );
}

/** What came in today, and what became of it. */
export function Traffic(): JSX.Element {
  const { acceptedToday, shedToday, rejectedToday, strangersToday, perSecond } = useOverview().traffic;
  const rows = [
    ['Accepted today', acceptedToday],
    ['Dropped, too many at once', shedToday],
    ['Not understood', rejectedToday],
    ['Strangers’ beacons, not stored', strangersToday],
  ] as const;
  return (
    <Card id="traffic" title="Messages" wide={6} aside={<span class="note">{count(perSecond, LOCALE)} a second</span>}>
      <dl class="ledger">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{count(value, LOCALE)}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

/** What happened last, in sentences. */
export function Recent(): JSX.Element {
  const { recent } = useOverview();
  return (
    <Card id="recent" title="Just happened" wide={4}>
      {recent.length === 0 ? (
        <Empty title="Nothing yet">The first sign of life of the store appears here.</Empty>
      ) : (
        // Scrolls on its own, so the keyboard must reach it.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region needs the focus
        <section class="scroller" aria-label="What just happened, newest first" tabIndex={0}>
          <ol class="recent">
            {recent.map(({ atMs, sentence }, at) => (
              <Happened key={`${atMs}-${recent.length - at}-${sentence}`} atMs={atMs} sentence={sentence} />
            ))}
          </ol>
        </section>
      )}
    </Card>
  );
}
