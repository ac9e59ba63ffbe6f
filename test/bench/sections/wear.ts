import { AgentChild } from '../agent-child.ts';
import { type BenchContext, pause, type Section } from '../bench-context.ts';
import { createBenchStore } from '../bench-store.ts';
import { figureOf } from '../figure.ts';
import { LoadProcess } from '../load/load.ts';

/** Bytes that reach the disk for an event that leads to nothing: memory cards die of these. */
export const wear: Section = { name: 'wear', title: 'Bytes written to disk for a sensor event with nothing to decide', measure };

const RATES = [500, 50] as const;

async function measure(context: BenchContext): Promise<void> {
  const store = createBenchStore(context.newFolder('wear'), { devices: 500, products: 1_000 });
  await using agent = await AgentChild.start(store, context.run);
  for (const perSecond of RATES) {
    context.say(`wear: ${perSecond} messages/s`);
    await using load = await LoadProcess.start({
      port: agent.mqttPort,
      connections: 500,
      firstDevice: 0,
      devices: 500,
      qos: 1,
      kind: 'weight',
      pickEvery: 0,
      pace: { kind: 'rate', perSecond },
    });
    load.begin();
    // Until the first checkpoint of the write-ahead log, its bytes are not yet written a second time.
    await pause(context.isQuick ? 1_000 : 2_000);
    const before = { load: await load.mark(), bytes: agent.figures().writtenBytes };
    await pause(context.isQuick ? 4_000 : 8_000);
    const after = { load: await load.mark(), bytes: agent.figures().writtenBytes };
    const messages = after.load.acked - before.load.acked;
    const bytes = after.bytes - before.bytes;
    if (bytes === 0) context.remark('This system does not say what a process writes (write_bytes in /proc), or the folder is in memory');
    context.add(
      figureOf(
        { what: `at ${perSecond} messages/s`, unit: 'bytes an event', note: `${messages} events; write_bytes of the process` },
        { values: [bytes / messages] },
        { atMost: 3_000 },
      ),
    );
    await load.end();
  }
}
