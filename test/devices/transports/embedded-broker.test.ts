import { describe } from 'vitest';
import { transportContract } from '../../contracts/transport.contract.ts';
import { BrokerRig } from './broker-rig.ts';

describe('the embedded broker', () => {
  transportContract(async () => {
    const rig = new BrokerRig();
    return { transport: rig.broker, store: 'demo', device: (name) => rig.device(name), close: () => rig.close() };
  });
});
