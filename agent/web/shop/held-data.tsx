import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { clockText } from '../shared/clock-text.ts';
import type { VisitExport } from './api.ts';
import { CATALOGUES, type MessageKey, type Translate } from './i18n.ts';
import { usePage } from './page.ts';
import { readableRow } from './readable-row.ts';

/** What the store holds, table by table, and the same as a file. */
export function HeldData(): JSX.Element {
  const { t, visit } = usePage();
  const held = useSignal<VisitExport | 'loading' | 'failed'>('loading');

  async function load(): Promise<void> {
    held.value = 'loading';
    const answer = await visit.everything();
    held.value = answer.kind === 'ok' ? answer.value : 'failed';
  }
  useEffect(() => void load(), []);

  const value = held.value;
  return (
    <section class="panel" aria-labelledby="held-title">
      <h2 id="held-title">{t('data.see')}</h2>
      {value === 'loading' ? <p role="status">{t('data.loading')}</p> : null}
      {value === 'failed' ? (
        <>
          <p role="status">{t('data.failed')}</p>
          <button type="button" class="button" onClick={() => void load()}>
            {t('data.retry')}
          </button>
        </>
      ) : null}
      {typeof value === 'string' ? null : <Tables held={value} />}
    </section>
  );
}

function Tables(props: { readonly held: VisitExport }): JSX.Element {
  const { t } = usePage();
  const tables = Object.entries(props.held.held).filter(([, rows]) => rows.length > 0);
  return (
    <>
      {tables.length === 0 ? <p>{t('data.empty')}</p> : null}
      {tables.map(([name, rows]) => (
        <details key={name} class="fold">
          <summary>
            {tableName(name, t)} <span class="note">{t('data.entries', { count: rows.length })}</span>
          </summary>
          <ol class="rows">
            {rows.map((row, at) => (
              // Rows of an export never move: their place is their identity.
              <li key={at}>
                <Row row={row} />
              </li>
            ))}
          </ol>
        </details>
      ))}
      <button type="button" class="button" onClick={() => download(props.held)}>
        {t('data.download')}
      </button>
    </>
  );
}

function Row(props: { readonly row: unknown }): JSX.Element {
  const { locale } = usePage();
  const clock = clockText(locale, undefined);
  return (
    <dl>
      {readableRow(props.row, clock.dateTime).map((field) => (
        <div key={field.name}>
          <dt>{field.name.replace(/ ms$/, '')}</dt>
          <dd>{field.value}</dd>
        </div>
      ))}
    </dl>
  );
}

function tableName(name: string, t: Translate): string {
  const key = `table.${name}`;
  // A table that the catalogue does not know keeps its own name.
  return key in CATALOGUES.en ? t(key as MessageKey) : name;
}

function download(held: VisitExport): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(held, undefined, 2)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `my-visit-${new Date(held.exportedAtMs).toISOString().slice(0, 10)}.json`;
  link.click();
  // The browser has taken its copy once the click is handled; a minute is more than any needs.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
