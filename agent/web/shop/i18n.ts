import { de } from './catalogues/de.ts';
import { en } from './catalogues/en.ts';
import { es } from './catalogues/es.ts';
import { fr } from './catalogues/fr.ts';

/** A sentence with `{name}` places, or one sentence per plural form chosen by `{count}`. */
export type Message = string | ({ readonly other: string } & { readonly [F in Intl.LDMLPluralRule]?: string });

export type MessageKey = keyof typeof en;

/** Every sentence of the shopper page in one language. */
export type Catalogue = { readonly [K in MessageKey]: Message };

export type Language = 'en' | 'de' | 'fr' | 'es';

export const CATALOGUES: { readonly [L in Language]: Catalogue } = { en, de, fr, es };

/** Gives the sentence of a key with its places filled; a place without a value stays visible as `{name}`. */
export type Translate = (key: MessageKey, values?: Readonly<Record<string, string | number>>) => string;

/** The first of the browser's languages that we speak, English when none. */
export function pickLanguage(preferred: readonly string[]): Language {
  for (const tag of preferred) {
    const base = tag.toLowerCase().split('-')[0];
    if (base === 'en' || base === 'de' || base === 'fr' || base === 'es') return base;
  }
  return 'en';
}

/** The locale to format money and time in: the browser's own variant of `language` (de-AT), else the plain language. */
export function pickLocale(preferred: readonly string[], language: Language): string {
  return preferred.find((tag) => tag.toLowerCase().startsWith(language)) ?? language;
}

/** A translator for one language. */
export function translator(language: Language): Translate {
  const catalogue = CATALOGUES[language];
  const plurals = new Intl.PluralRules(language);
  return (key, values = {}) => {
    const message = catalogue[key];
    const text = typeof message === 'string' ? message : (message[plurals.select(Number(values['count'] ?? 0))] ?? message.other);
    return text.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
  };
}
