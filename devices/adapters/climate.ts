import type { Climate } from '../../agent/core/reading.ts';

/** What was measured of the air and the light; `undefined` where a device says nothing of it. */
type Measured = { readonly [Field in Exclude<keyof Climate, 'kind'>]?: number | undefined };

/** One reading of what was measured, without what was not; none where nothing was. */
export function climateOf({ temperatureC, humidityPercent, illuminanceLux, co2Ppm }: Measured): readonly Climate[] {
  if ((temperatureC ?? humidityPercent ?? illuminanceLux ?? co2Ppm) === undefined) return [];
  return [
    {
      kind: 'climate',
      ...(temperatureC !== undefined && { temperatureC }),
      ...(humidityPercent !== undefined && { humidityPercent }),
      ...(illuminanceLux !== undefined && { illuminanceLux }),
      ...(co2Ppm !== undefined && { co2Ppm }),
    },
  ];
}
