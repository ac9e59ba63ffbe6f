import type { LoadedConfig } from '../../config/load.ts';
import { addDevice, type Placement } from '../device-file.ts';
import type { CliContext } from './context.ts';
import { EXIT } from './exit.ts';
import { CliFailure } from './failure.ts';

/** Places a device in the configuration file; throws a `CliFailure` in words when that cannot be done. */
export function placeInFile(placement: Placement, loaded: LoadedConfig, context: CliContext): LoadedConfig {
  const placed = addDevice(placement, loaded, context);
  if (placed.ok) return placed.value;
  if (placed.error.kind === 'not-writable') {
    throw new CliFailure(`Cannot place device "${placement.id}": the configuration cannot be written: ${placed.error.reason}`, {
      exitCode: EXIT.config,
      hint: `write this under "devices" yourself: ${placed.error.yaml}`,
    });
  }
  throw new CliFailure(`Cannot place device "${placement.id}": the configuration would not be right`, {
    exitCode: EXIT.usage,
    details: placed.error.kind === 'invalid' ? placed.error.problems : [],
  });
}
