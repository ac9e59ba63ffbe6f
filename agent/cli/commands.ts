import type { Command } from 'commander';
import { registerApi } from './api.ts';
import { registerAudit } from './audit.ts';
import { registerBench } from './bench.ts';
import { registerConfig } from './config.ts';
import type { CommandContext } from './context.ts';
import { registerDevice } from './device.ts';
import { registerDoctor } from './doctor.ts';
import { registerExperiment } from './experiment.ts';
import { registerHub } from './hub.ts';
import { registerModel } from './model.ts';
import { registerPolicy } from './policy.ts';
import { registerReplay } from './replay.ts';
import { registerSimulate } from './simulate.ts';
import { registerStart } from './start.ts';
import { registerSurvey } from './survey.ts';

/** Adds one command to the program. */
export type RegisterCommand = (program: Command, context: CommandContext) => void;

/** Every command of `endcap`, in the order of the help; a new one is its file and one line here. */
export const COMMANDS: readonly RegisterCommand[] = [
  registerStart,
  registerDoctor,
  registerConfig,
  registerDevice,
  registerSimulate,
  registerReplay,
  registerSurvey,
  registerModel,
  registerPolicy,
  registerAudit,
  registerExperiment,
  registerHub,
  registerApi,
  registerBench,
];
