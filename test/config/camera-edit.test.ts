import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { cameraLines, withCamera } from '../../config/camera-edit.ts';

const FILE = `# The market at the corner.
store: { id: corner, name: Corner }   # do not rename

cameras:
  # Over the door.
  - id: door
    source: "rtsp://camera.local/1" # the old one
    zone: entrance

  - { id: till, source: mqtt, zone: tills, rate: 2 }  # by the till

# The end.
campaigns: []
`;
const FLOOR = [
  { picture: [0.1, 0.2], plan: [0, 0] },
  { picture: [0.9, 0.2], plan: [5, 0] },
  { picture: [0.9, 0.9], plan: [5, 5] },
  { picture: [0.1, 0.9], plan: [0, 5] },
];

describe('withCamera', () => {
  it('changes one camera and leaves every other line as it was', () => {
    const after = withCamera(FILE, 'door', {
      zone: undefined,
      floor: FLOOR,
      masks: [
        [
          [0, 0],
          [0.2, 0],
          [0.2, 0.2],
        ],
      ],
    });
    expect(after).toBe(`# The market at the corner.
store: { id: corner, name: Corner }   # do not rename

cameras:
  # Over the door.
  - id: door
    source: "rtsp://camera.local/1" # the old one
    floor:
      - { picture: [ 0.1, 0.2 ], plan: [ 0, 0 ] }
      - { picture: [ 0.9, 0.2 ], plan: [ 5, 0 ] }
      - { picture: [ 0.9, 0.9 ], plan: [ 5, 5 ] }
      - { picture: [ 0.1, 0.9 ], plan: [ 0, 5 ] }
    masks: [ [ [ 0, 0 ], [ 0.2, 0 ], [ 0.2, 0.2 ] ] ]

  - { id: till, source: mqtt, zone: tills, rate: 2 }  # by the till

# The end.
campaigns: []
`);
  });

  it('changes a camera that stands on one line', () => {
    const after = withCamera(FILE, 'till', {
      queues: [
        {
          till: 'till-1',
          area: [
            [0, 0],
            [1, 0],
            [1, 1],
          ],
          alertAt: 3,
        },
      ],
    });
    expect(parse(after ?? '').cameras[1]).toEqual({
      id: 'till',
      source: 'mqtt',
      zone: 'tills',
      rate: 2,
      queues: [
        {
          till: 'till-1',
          area: [
            [0, 0],
            [1, 0],
            [1, 1],
          ],
          alertAt: 3,
        },
      ],
    });
    expect(after).toContain('# by the till');
    expect(after).toContain('# the old one');
  });

  it('can be undone by writing what was there', () => {
    const there = withCamera(FILE, 'door', { zone: undefined, floor: FLOOR }) ?? '';
    const back = withCamera(there, 'door', { zone: 'entrance', floor: undefined }) ?? '';
    expect(parse(back)).toEqual(parse(FILE));
  });

  it('knows no camera that the file does not have', () => {
    expect(withCamera(FILE, 'roof', {})).toBeUndefined();
    expect(withCamera('store: {}\n', 'door', {})).toBeUndefined();
  });

  it('gives the lines to paste where the file cannot be written', () => {
    expect(parse(`cameras:\n${cameraLines(FILE, 'door', { zone: 'hall' })}`)).toEqual({
      cameras: [{ id: 'door', source: 'rtsp://camera.local/1', zone: 'hall' }],
    });
  });
});
