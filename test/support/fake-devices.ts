import type { DeviceChanged, DevicePlacement } from '../../agent/core/device-setup.ts';
import type { DevicePort } from '../../agent/http/ports.ts';

/** Remembers what was asked of it, and answers what it was told to. */
export class FakeDevices implements DevicePort {
  readonly placed: { readonly placement: DevicePlacement; readonly by: string }[] = [];
  readonly asked: string[] = [];
  answer: DeviceChanged = {
    kind: 'done',
    access: { host: 'agent', port: 1883, isTls: false, user: 'scale-3', password: 'secret', knownAs: 'scale1' },
  };

  choices() {
    return {
      adapters: [{ name: 'tasmota', title: 'Tasmota', usualRole: 'sensor' }],
      zones: [{ id: 'z', name: 'Zone' }],
      fixtures: [{ id: 'f', name: 'Fixture', zone: 'z' }],
      slots: [{ id: 's', fixture: 'f', product: 'Coffee' }],
    };
  }

  listeningUntilMs(): undefined {
    return undefined;
  }

  listen(by: string): number {
    this.asked.push(`listen by ${by}`);
    return 1_000;
  }

  async place(placement: DevicePlacement, by: string): Promise<DeviceChanged> {
    this.placed.push({ placement, by });
    return this.answer;
  }

  async remove(id: string, by: string): Promise<DeviceChanged> {
    this.asked.push(`remove ${id} by ${by}`);
    return this.answer;
  }

  reissue(id: string, by: string): DeviceChanged {
    this.asked.push(`reissue ${id} by ${by}`);
    return this.answer;
  }
}
