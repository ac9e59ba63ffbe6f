import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { Icon } from '../shared/icons.tsx';
import { cameraApi, type NoticeText } from './camera-api.ts';

/** The notice to print and hang at the entrance, in each language of the shop page. */
export function PrivacyNotice(): JSX.Element {
  const notice = useSignal<NoticeText | undefined>(undefined);
  const load = async (language: string): Promise<void> => {
    const answer = await cameraApi.notice(language);
    if (answer.kind === 'ok') notice.value = answer.value;
  };
  return (
    <details
      class="fold notice"
      onToggle={(event) => (event.currentTarget.open && notice.value === undefined ? void load('en') : undefined)}
    >
      <summary>The notice to print and hang at the entrance</summary>
      {notice.value === undefined ? null : <Sheet notice={notice.value} onLanguage={(language) => void load(language)} />}
    </details>
  );
}

function Sheet(props: { readonly notice: NoticeText; readonly onLanguage: (language: string) => void }): JSX.Element {
  const { notice } = props;
  // The rest of the page stays at home while the notice is printed.
  useEffect(() => {
    const end = () => document.body.classList.remove('prints-notice');
    addEventListener('afterprint', end);
    return () => removeEventListener('afterprint', end);
  }, []);
  return (
    <>
      <div class="filters no-print">
        <div class="filter">
          <label for="notice-language">Language</label>
          <select id="notice-language" value={notice.language} onChange={(event) => props.onLanguage(event.currentTarget.value)}>
            {notice.languages.map(({ code, name }) => (
              <option key={code} value={code}>
                {name}
              </option>
            ))}
          </select>
        </div>
        <button
          type="button"
          class="button"
          onClick={() => {
            document.body.classList.add('prints-notice');
            print();
          }}
        >
          <Icon name="print" /> Print the notice
        </button>
      </div>
      <article class="notice-sheet" lang={notice.language}>
        <h3>{notice.title}</h3>
        <p class="notice-lead">{notice.lead}</p>
        {notice.parts.map(({ heading, lines }) => (
          <section key={heading}>
            <h4>{heading}</h4>
            <ul>
              {lines.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          </section>
        ))}
      </article>
    </>
  );
}
