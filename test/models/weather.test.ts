import { describe, expect, it } from 'vitest';
import { WEATHER_LEVELS, weatherLevel } from '../../models/weather.ts';

describe('the weather that a context message tells', () => {
  it.each<[text: string, level: string]>([
    ...WEATHER_LEVELS.map((name): [string, string] => [name, name]),
    ['sunny', 'dry'],
    ['Clear', 'dry'],
    ['clear-night', 'dry'],
    ['partlycloudy', 'dry'],
    ['Overcast clouds', 'dry'],
    ['rainy', 'rain'],
    ['RAIN – heavy', 'rain'],
    ['Light rain', 'rain'],
    ['lightning-rainy', 'rain'],
    ['Drizzle', 'rain'],
    ['thunderstorm', 'rain'],
    ['snowy-rainy', 'snow'],
    ['sleet', 'snow'],
    ['hot and sunny', 'hot'],
    ['heatwave', 'hot'],
    ['cold, rain later', 'rain'],
    ['freezing fog', 'cold'],
  ])('"%s" is %s', (text, level) => {
    const found = weatherLevel(text);
    expect(found === undefined ? undefined : WEATHER_LEVELS[found]).toBe(level);
  });

  it.each(['', 'Regen', 'tropical', '17', 'no rain', 'not cold', 'rainbow', 'unknown', `rain${' '.repeat(100)}`])(
    '"%s" is not known',
    (text) => {
      expect(weatherLevel(text)).toBeUndefined();
    },
  );
});
