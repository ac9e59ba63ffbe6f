/**
 * What no model here may say about a shopper. Short words match whole words only (`age` is not in `page`); the rest match as stems,
 * so that `emotional`, `genders` or `ageGroup` are caught too.
 */
const DENIED_WORDS = ['age', 'aged', 'ages', 'sex', 'sexes', 'race', 'races', 'racial', 'mood', 'moods', 'face', 'faces', 'facial'];
const DENIED_STEMS = [
  'emotion',
  'sentiment',
  'gender',
  'female',
  'ethnic',
  'nationalit',
  'identit',
  'biometric',
  'religio',
  'disab',
  'pregnan',
  'orientation',
  'politic',
  'attractive',
  'agegroup',
  'agerange',
  'ageband',
];

/** The first forbidden word in a text, or `undefined`. Reads camelCase, snake_case and plain words alike. */
export function deniedWord(text: string): string | undefined {
  const words = text
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}]+/u)
    .filter((word) => word.length > 0);
  const joined = words.join('');
  return words.find((word) => DENIED_WORDS.includes(word)) ?? DENIED_STEMS.find((stem) => joined.includes(stem));
}
