import { describe, expect, it } from 'vitest';
import { checkBluetooth, checkRadio } from '../../../agent/cli/checks/bluetooth.ts';
import { loaded, problemsOf, SMALL_STORE } from '../../config/small-store.ts';
import { BluezRig } from './bluez-rig.ts';

const RADIO = SMALL_STORE.replace('tags:', '  - { id: radio-1, name: Radio, role: scanner, adapter: bluetooth, zone: hall }\ntags:');

describe('the section bluetooth', () => {
  it('is off unless it names a scanner', () => {
    expect(loaded(SMALL_STORE).config.bluetooth).toEqual({ adapter: 'hci0', keys: [], tokens: {} });
    expect(loaded(`${RADIO}bluetooth: { scanner: radio-1, adapter: hci1 }\n`).config.bluetooth).toMatchObject({
      scanner: 'radio-1',
      adapter: 'hci1',
    });
    expect(loaded(RADIO, { ENDCAP_BLUETOOTH_SCANNER: 'radio-1' }).config.bluetooth.scanner).toBe('radio-1');
  });

  it.each([
    ['a scanner that is no device', '{ scanner: radio-9 }', /there is no device "radio-9"/],
    ['a scanner that speaks something else', '{ scanner: shelf-1 }', /device "shelf-1" has another adapter/],
    ['an adapter that is none', '{ scanner: radio-1, adapter: ../hci0 }', /expected a name like hci0/],
    ['a service that is none', '{ tokens: { service: BTHome } }', /expected 4 hexadecimal digits, or a UUID/],
    ['a key file that is not there', '{ keys: [{ device: radio-1, keyFile: /nowhere/key }] }', /no such file/],
  ])('refuses %s, in words', (_name, section, sentence) => {
    expect(problemsOf(`${RADIO}bluetooth: ${section}\n`).join('\n')).toMatch(sentence);
  });
});

describe('doctor and the radio', () => {
  it('finds nothing to say where none is wanted', () => {
    expect(checkRadio('/nowhere')).toMatchObject({ check: 'bluetooth', status: 'ok' });
  });

  it('says what is missing, and that all is well', { timeout: 60_000 }, async () => {
    await using rig = await BluezRig.start();
    const { config } = loaded(`${RADIO}bluetooth: { scanner: radio-1 }\n`);
    expect(await checkBluetooth(config)).toEqual({
      check: 'bluetooth',
      status: 'ok',
      sentence: 'radio-1 can listen with the adapter hci0',
    });
    await rig.setAdapter({ Powered: false });
    expect(await checkBluetooth(config)).toMatchObject({ status: 'warn', sentence: 'Bluetooth: the adapter hci0 is switched off' });
    await rig.stopBluez();
    expect(await checkBluetooth(config)).toMatchObject({ status: 'warn', hint: expect.stringContaining('systemctl start bluetooth') });
  });
});
