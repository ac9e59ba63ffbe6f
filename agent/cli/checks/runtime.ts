import { createRequire } from 'node:module';
import { forbidTelemetry } from '../../../models/onnx-runtime.ts';
import { SQLITE_PACKAGE } from '../../../sync/sqlite-package.ts';
import type { Finding } from './finding.ts';

const LEAST_NODE: readonly [major: number, minor: number] = [20, 19];

/** Packages with machine code: they fail when installed for another system. */
const NATIVE_PACKAGES: readonly { readonly name: string; readonly needed: boolean; readonly without: string }[] = [
  { name: SQLITE_PACKAGE, needed: true, without: 'nothing can be stored' },
  { name: '@node-rs/argon2', needed: true, without: 'managers cannot sign in' },
  { name: 'onnxruntime-node', needed: false, without: 'the rule scorer answers instead of the model' },
  { name: 'sharp', needed: false, without: 'camera frames cannot be read' },
];

/** The Node version and the packages that hold machine code. */
export function checkRuntime(nodeVersion: string): readonly Finding[] {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  const isOld = major < LEAST_NODE[0] || (major === LEAST_NODE[0] && minor < LEAST_NODE[1]);
  const node: Finding = isOld
    ? {
        check: 'runtime',
        status: 'fail',
        sentence: `Node ${nodeVersion} is too old`,
        hint: `install Node ${LEAST_NODE.join('.')} or newer`,
      }
    : { check: 'runtime', status: 'ok', sentence: `Node ${nodeVersion} on ${process.platform} ${process.arch}` };
  return [node, ...NATIVE_PACKAGES.flatMap(checkPackage)];
}

function checkPackage({ name, needed, without }: (typeof NATIVE_PACKAGES)[number]): Finding[] {
  forbidTelemetry();
  try {
    createRequire(import.meta.url)(name);
    return [];
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    return [
      {
        check: 'runtime',
        status: needed ? 'fail' : 'warn',
        sentence: `The package ${name} cannot be loaded, so ${without}: ${reason}`,
        hint: 'run npm ci on this machine',
      },
    ];
  }
}
