import type { TrafficOverview } from '../../agent/core/cameras/traffic-overview.ts';
import type { CameraChange, CameraPort, CameraSaved, CameraSettingsView, NoticeFacts } from '../../agent/http/ports.ts';

/** One camera that is asked for pictures and given settings. */
export class FakeCameras implements CameraPort {
  pictureNow: Awaited<ReturnType<CameraPort['picture']>> = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0xff, 0xd9);
  answer: CameraSaved = { kind: 'saved' };
  isWritable = true;
  camera: CameraSettingsView = {
    id: 'cam',
    name: 'Entrance camera',
    rate: 5,
    rotate: 0,
    quietHours: [],
    isQuiet: false,
    zone: 'coffee',
    entrances: [],
    queues: [],
    shelves: [],
    masks: [],
  };
  readonly saved: { readonly id: string; readonly change: CameraChange; readonly by: string }[] = [];
  facts: NoticeFacts = {
    storeName: 'Corner <Market>',
    cameras: 1,
    countsDoors: true,
    countsQueues: true,
    seesReaches: false,
    logDays: 7,
    contact: undefined,
  };
  seen: TrafficOverview = { atMs: 0, grid: { cellM: 0.5, columns: 4, rows: 4 }, minPeople: 3, queues: [], hours: [] };

  list() {
    return { cameras: [this.camera], isWritable: this.isWritable };
  }

  async picture(id: string) {
    return id === this.camera.id ? this.pictureNow : 'unknown-camera';
  }

  async save(id: string, change: CameraChange, by: string): Promise<CameraSaved> {
    if (id !== this.camera.id) return { kind: 'unknown-camera' };
    this.saved.push({ id, change, by });
    return this.answer;
  }

  traffic() {
    return this.seen;
  }

  notice() {
    return this.facts;
  }
}
