/** Kinds of weather that models tell apart, in the order of their index in a vector. Never reordered: stored vectors carry the index. */
export const WEATHER_LEVELS = ['dry', 'rain', 'snow', 'hot', 'cold'] as const;

export type WeatherLevel = (typeof WEATHER_LEVELS)[number];

/**
 * The words that weather services use, by kind; the first kind with a word in the text wins, because what falls from the sky keeps more people
 * away than how warm it is.
 */
const WORDS: readonly (readonly [WeatherLevel, readonly string[]])[] = [
  ['snow', ['snow', 'snowy', 'snowing', 'sleet', 'hail', 'blizzard', 'ice', 'icy']],
  [
    'rain',
    [
      'rain',
      'rainy',
      'raining',
      'drizzle',
      'shower',
      'showers',
      'pouring',
      'wet',
      'storm',
      'stormy',
      'thunderstorm',
      'lightning',
      'thunder',
    ],
  ],
  ['hot', ['hot', 'heat', 'heatwave', 'scorching']],
  ['cold', ['cold', 'freezing', 'frost', 'frosty', 'chilly']],
  [
    'dry',
    [
      'dry',
      'clear',
      'sunny',
      'sun',
      'fair',
      'fine',
      'cloud',
      'clouds',
      'cloudy',
      'partlycloudy',
      'overcast',
      'fog',
      'foggy',
      'mist',
      'windy',
    ],
  ],
];

const LEVEL_OF: ReadonlyMap<string, number> = new Map(
  WORDS.flatMap(([level, words]) => words.map((word) => [word, WEATHER_LEVELS.indexOf(level)] as const)),
);

const RANK: readonly number[] = WEATHER_LEVELS.map((level) => WORDS.findIndex(([kind]) => kind === level));

/** Words that turn the next one around: "no rain" says too little to be any kind. */
const DENIALS: ReadonlySet<string> = new Set(['no', 'not', 'without']);

/** Text longer than this is no weather. */
const MOST_CHARACTERS = 64;

/**
 * The index in `WEATHER_LEVELS` of a word or a few ("rainy", "Light rain", "clear-night"), in English as weather services send it; `undefined`
 * for anything else, which models take as not known. An integration that speaks another language sends one of the five names.
 */
export function weatherLevel(text: string): number | undefined {
  const plain = LEVEL_OF.get(text);
  if (plain !== undefined || text.length > MOST_CHARACTERS) return plain;
  let best: number | undefined;
  for (const word of text.toLowerCase().split(/[^a-z]+/)) {
    if (DENIALS.has(word)) return undefined;
    const level = LEVEL_OF.get(word);
    if (level !== undefined && (best === undefined || RANK[level]! < RANK[best]!)) best = level;
  }
  return best;
}
