import { accessSync, constants, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { TestRunner } from 'vitest';

/** A real program from outside that some tests talk to. */
export type PeerName = 'mosquitto' | 'mosquitto_pub' | 'chromium' | 'postgres' | 'dbus-daemon' | 'ffmpeg';

interface Peer {
  /** File names to look for, first match wins. */
  readonly files: readonly string[];
  /** Folders beyond PATH where Debian puts it. */
  readonly folders: () => readonly string[];
  readonly howToGetIt: string;
}

const PEERS: Readonly<Record<PeerName, Peer>> = {
  mosquitto: { files: ['mosquitto'], folders: () => ['/usr/sbin', '/usr/local/sbin'], howToGetIt: 'apt-get install mosquitto' },
  mosquitto_pub: { files: ['mosquitto_pub'], folders: () => [], howToGetIt: 'apt-get install mosquitto-clients' },
  chromium: { files: ['chromium', 'chromium-browser'], folders: () => ['/usr/bin'], howToGetIt: 'apt-get install chromium' },
  postgres: { files: ['postgres'], folders: postgresFolders, howToGetIt: 'apt-get install postgresql' },
  ffmpeg: { files: ['ffmpeg'], folders: () => ['/usr/bin'], howToGetIt: 'apt-get install ffmpeg' },
  'dbus-daemon': { files: ['dbus-daemon'], folders: () => ['/usr/bin'], howToGetIt: 'apt-get install dbus' },
};

/**
 * Path of a peer's program, to be called inside a test or a `beforeEach`. Where it is missing the running test is skipped with a sentence that
 * says how to get it, or fails when `ENDCAP_TEST_REQUIRE_ALL=1` is set.
 */
export function requirePeer(name: PeerName): string {
  const path = findPeer(name);
  if (path !== undefined) return path;
  const sentence = missingSentence(name);
  if (mustHaveAll()) throw new Error(sentence);
  const test = TestRunner.getCurrentTest();
  if (test === undefined) throw new Error(`${sentence} (outside a test use hasPeer with describe.skipIf)`);
  return test.context.skip(sentence);
}

/**
 * Whether a peer is installed, for `describe.skipIf(!hasPeer('mosquitto'))`. Says on the console how to get a missing one; throws instead when
 * `ENDCAP_TEST_REQUIRE_ALL=1` is set.
 */
export function hasPeer(name: PeerName): boolean {
  if (findPeer(name) !== undefined) return true;
  if (mustHaveAll()) throw new Error(missingSentence(name));
  console.warn(missingSentence(name));
  return false;
}

/** Path of a peer's program, or `undefined` where it is not installed. */
export function findPeer(name: PeerName): string | undefined {
  const peer = PEERS[name];
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...peer.folders()].filter((folder) => folder !== '');
  for (const folder of folders) {
    for (const file of peer.files) {
      const path = join(folder, file);
      if (isExecutable(path)) return path;
    }
  }
  return undefined;
}

function mustHaveAll(): boolean {
  return process.env['ENDCAP_TEST_REQUIRE_ALL'] === '1';
}

function missingSentence(name: PeerName): string {
  return `Cannot run against a real ${name}: it is not installed; get it with "${PEERS[name].howToGetIt}"`;
}

/** Debian keeps each major version in its own folder; the newest comes first. */
function postgresFolders(): readonly string[] {
  const root = '/usr/lib/postgresql';
  try {
    const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a));
    return versions.map((version) => join(root, version, 'bin'));
  } catch {
    return [];
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
