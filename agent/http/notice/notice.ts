import type { NoticeFacts } from '../ports.ts';
import { NOTICE_WORDS, type NoticeLanguage } from './notice-words.ts';

/** The notice for shoppers: what cameras see, what is never kept, for how long, and whom to ask. */
export interface Notice {
  readonly language: NoticeLanguage;
  readonly title: string;
  readonly lead: string;
  readonly parts: readonly { readonly heading: string; readonly lines: readonly string[] }[];
  readonly back: string;
}

/** The first of the wanted languages (`de-AT,de;q=0.9`, or one tag) that the notice speaks; English when none. */
export function noticeLanguage(wanted: string): NoticeLanguage {
  for (const tag of wanted.split(',')) {
    const base = tag.trim().slice(0, 2).toLowerCase();
    if (isLanguage(base)) return base;
  }
  return 'en';
}

/** Writes the notice of a store: only what its cameras are configured for stands in it. */
export function writeNotice(facts: NoticeFacts, language: NoticeLanguage): Notice {
  const words = NOTICE_WORDS[language];
  const fill = (text: string, values: Readonly<Record<string, string>>) =>
    text.replace(/\{(\w+)\}/g, (all, name: string) => values[name] ?? all);
  const days = new Intl.NumberFormat(language, { style: 'unit', unit: 'day', unitDisplay: 'long' }).format(facts.logDays);
  const ask = facts.contact === undefined ? words.askStaff : fill(words.ask, { contact: facts.contact });
  const title = fill(words.title, { store: facts.storeName });
  const asked = { heading: words.askHeading, lines: [ask] };
  if (facts.cameras === 0) return { language, title, lead: words.noCameras, parts: [asked], back: words.back };
  return {
    language,
    title,
    lead: words.lead,
    parts: [
      {
        heading: words.seesHeading,
        lines: [
          words.sees,
          ...(facts.countsDoors ? [words.doors] : []),
          ...(facts.countsQueues ? [words.queues] : []),
          ...(facts.seesReaches ? [words.reaches] : []),
        ],
      },
      { heading: words.neverHeading, lines: words.never },
      { heading: words.phoneHeading, lines: [words.phone] },
      { heading: words.keptHeading, lines: [fill(words.kept, { days }), words.sums] },
      asked,
    ],
    back: words.back,
  };
}

/** Languages that the notice speaks, by their own names. */
export function noticeLanguages(): readonly { readonly code: NoticeLanguage; readonly name: string }[] {
  return Object.entries(NOTICE_WORDS).flatMap(([code, { language }]) => (isLanguage(code) ? [{ code, name: language }] : []));
}

function isLanguage(code: string): code is NoticeLanguage {
  return Object.hasOwn(NOTICE_WORDS, code);
}
