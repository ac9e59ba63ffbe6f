import { spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';

/** Whether this system lets us give a process a network of its own. */
export function canUnshare(): boolean {
  return spawnSync('unshare', ['-n', 'true']).status === 0 || spawnSync('unshare', ['-r', '-n', 'true']).status === 0;
}

/** Whether a process shares our network, and how many routes it has. */
export function networkOf(pid: number): { readonly isOurs: boolean; readonly routes: number } {
  return {
    isOurs: readlinkSync(`/proc/${pid}/ns/net`) === readlinkSync('/proc/self/ns/net'),
    // The first line is the heading.
    routes: readFileSync(`/proc/${pid}/net/route`, 'utf8').trim().split('\n').length - 1,
  };
}
