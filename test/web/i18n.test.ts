import { describe, expect, it } from 'vitest';
import {
  CATALOGUES,
  type Language,
  type Message,
  type MessageKey,
  pickLanguage,
  pickLocale,
  translator,
} from '../../agent/web/shop/i18n.ts';

const LANGUAGES = Object.keys(CATALOGUES) as Language[];
const KEYS = Object.keys(CATALOGUES.en) as MessageKey[];

function texts(message: Message): readonly string[] {
  return typeof message === 'string' ? [message] : Object.values(message);
}

function places(message: Message): readonly string[] {
  return [...new Set(texts(message).flatMap((text) => text.match(/\{\w+\}/g) ?? []))].sort();
}

describe('catalogues', () => {
  it.each(LANGUAGES)('%s says every sentence, with the same places as English', (language) => {
    for (const key of KEYS) {
      const message: Message = CATALOGUES[language][key];
      expect(
        texts(message).every((text) => text.trim() !== ''),
        key,
      ).toBe(true);
      expect(places(message), key).toEqual(places(CATALOGUES.en[key]));
    }
    expect(Object.keys(CATALOGUES[language])).toHaveLength(KEYS.length);
  });

  it.each(LANGUAGES)('%s gives yes and no about the same length, so that neither looks smaller', (language) => {
    const t = translator(language);
    const [yes, no] = [t('ask.yes').length, t('ask.no').length];
    expect(Math.max(yes, no) / Math.min(yes, no)).toBeLessThan(1.6);
  });
});

describe('translator', () => {
  it('fills places and leaves one without a value visible', () => {
    const t = translator('en');
    expect(t('live.at', { place: 'Coffee' })).toBe('You are at: Coffee');
    expect(t('live.at')).toBe('You are at: {place}');
  });

  it('does not read a place out of a filled-in value', () => {
    expect(translator('en')('live.at', { place: '{place} $& <b>' })).toBe('You are at: {place} $& <b>');
  });

  it('chooses the plural form of the language', () => {
    expect(translator('en')('live.count', { count: 1 })).toBe('1 offer for you');
    expect(translator('de')('live.count', { count: 3 })).toBe('3 Angebote für Sie');
    // French counts nothing as one.
    expect(translator('fr')('live.count', { count: 0 })).toBe('0 offre pour vous');
  });
});

describe('the browser’s languages', () => {
  it.each([
    [['de-AT', 'en'], 'de', 'de-AT'],
    [['pt-BR', 'es-MX'], 'es', 'es-MX'],
    [['FR'], 'fr', 'FR'],
    [['ja'], 'en', 'en'],
    [[], 'en', 'en'],
  ] as const)('%j gives %s, formatted as %s', (preferred, language, locale) => {
    expect(pickLanguage(preferred)).toBe(language);
    expect(pickLocale(preferred, language)).toBe(locale);
  });
});
