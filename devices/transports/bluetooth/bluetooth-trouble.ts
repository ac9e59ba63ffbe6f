import { NoAnswerError, refusalOf } from './bluez-link.ts';

/** What keeps the radio from hearing, for people. */
export interface BluetoothTrouble {
  readonly kind: 'no-bus' | 'no-service' | 'no-adapter' | 'switched-off' | 'refused';
  readonly sentence: string;
  readonly hint: string;
}

/** Facts that are no errors. */
export type Obstacle =
  | { readonly kind: 'no-service' }
  | { readonly kind: 'no-adapter'; readonly others: readonly string[] }
  | { readonly kind: 'switched-off' };

const OTHERWISE = 'or take bluetooth.scanner out of the configuration';

/** An obstacle or an error of the link, in words for whoever must do something; the radio goes on trying in every case. */
export function troubleFrom(what: unknown, adapter: string): BluetoothTrouble {
  if (isObstacle(what)) return obstacleTrouble(what, adapter);
  const refusal = refusalOf(what);
  if (refusal === undefined) {
    const reason = what instanceof NoAnswerError ? 'it does not answer' : reasonOf(what);
    return {
      kind: 'no-bus',
      sentence: `Bluetooth: the message bus of this machine (D-Bus) cannot be used: ${reason}`,
      hint: `Install and start dbus and bluez, ${OTHERWISE}; the agent keeps trying`,
    };
  }
  const isDenied = /AccessDenied|NotAuthorized|NotPermitted/.test(refusal.name);
  return {
    kind: 'refused',
    sentence: isDenied
      ? `Bluetooth: this user may not use the adapter ${adapter}`
      : `Bluetooth: the adapter ${adapter} does not scan: ${refusal.text === '' ? refusal.name : refusal.text}`,
    hint: isDenied
      ? 'Add the user of the agent to the group bluetooth, then start the agent again'
      : `Look at "systemctl status bluetooth" and "bluetoothctl show"; the agent keeps trying`,
  };
}

function obstacleTrouble(what: Obstacle, adapter: string): BluetoothTrouble {
  switch (what.kind) {
    case 'no-service':
      return {
        kind: 'no-service',
        sentence: 'Bluetooth: the Bluetooth service of this machine (bluetoothd) is not running',
        hint: `Start it ("systemctl start bluetooth"; it comes with the package bluez), ${OTHERWISE}`,
      };
    case 'no-adapter': {
      const others = what.others.filter((name) => name !== adapter);
      return {
        kind: 'no-adapter',
        sentence: `Bluetooth: the adapter ${adapter} is gone`,
        hint:
          others.length === 0
            ? 'Plug it in again; "bluetoothctl list" shows what there is'
            : `Plug it in again, or set bluetooth.adapter to ${others.join(' or ')}`,
      };
    }
    case 'switched-off':
      return {
        kind: 'switched-off',
        sentence: `Bluetooth: the adapter ${adapter} is switched off`,
        hint: 'Switch it on with "bluetoothctl power on" (and "rfkill unblock bluetooth" before, where it is blocked)',
      };
  }
}

function isObstacle(what: unknown): what is Obstacle {
  return typeof what === 'object' && what !== null && 'kind' in what && !(what instanceof Error);
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'it is not running',
    ECONNREFUSED: 'nobody listens there',
    EACCES: 'this user may not connect to it',
    EPIPE: 'the connection broke',
    ECONNRESET: 'the connection broke',
  };
  return reasons[code] ?? (error instanceof Error ? error.message.slice(0, 200) : 'unknown');
}
