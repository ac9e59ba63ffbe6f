import sharp from 'sharp';
import { heatGrid } from '../../../agent/core/cameras/heat-grid.ts';
import type { TrafficHour, TrafficOverview } from '../../../agent/core/cameras/traffic-overview.ts';
import { sampleStore } from '../../support/sample-store.ts';
import type { FakeStore } from './fake-store.ts';

/** A drawn shop: a floor of tiles in perspective, shelves left and right, two people of simple shapes. */
export function drawnShop(width = 960, height = 540): Promise<Buffer> {
  const [horizon, middle] = [height * 0.22, width / 2];
  const rows = Array.from({ length: 12 }, (_, i) => horizon + (height - horizon) / (1 + i * 0.45));
  const lines = [
    ...rows.map((y) => `<line x1="0" y1="${y}" x2="${width}" y2="${y}"/>`),
    ...Array.from({ length: 25 }, (_, i) => {
      const x = (i - 12) * width * 0.17;
      return `<line x1="${middle + x * 0.16}" y1="${horizon}" x2="${middle + x}" y2="${height}"/>`;
    }),
  ];
  const shelf = (side: -1 | 1) => {
    const [near, far] = [middle + side * width * 0.56, middle + side * width * 0.11];
    const boards = [0, 1, 2, 3].map((n) => {
      const [a, b] = [height * (0.02 + 0.2 * n), horizon * (0.55 + 0.2 * n)];
      return `<polygon points="${near},${a + 120} ${far},${b + 20} ${far},${b + 24} ${near},${a + 136}" fill="#7a6a55"/>`;
    });
    const goods = Array.from({ length: 36 }, (_, n) => {
      const depth = (n % 12) / 12;
      const x = near + (far - near) * depth;
      const size = 34 * (1 - depth) + 6;
      const y = height * (0.2 + 0.2 * Math.floor(n / 12)) * (1 - depth) + (horizon * (0.75 + 0.2 * Math.floor(n / 12)) + 10) * depth;
      return `<rect x="${x - size / 2}" y="${y - size}" width="${size}" height="${size}" fill="hsl(${(n * 47) % 360} 45% 58%)"/>`;
    });
    return `<polygon points="${near},0 ${far},${horizon * 0.3} ${far},${horizon + 22} ${near},${height}" fill="#c9bda8"/>${boards.join('')}${goods.join('')}`;
  };
  const person = (x: number, feet: number, tall: number, coat: string) =>
    `<g><ellipse cx="${x}" cy="${feet}" rx="${tall * 0.17}" ry="${tall * 0.04}" fill="#0003"/>
     <rect x="${x - tall * 0.1}" y="${feet - tall * 0.48}" width="${tall * 0.2}" height="${tall * 0.48}" rx="8" fill="#2e3440"/>
     <rect x="${x - tall * 0.14}" y="${feet - tall * 0.84}" width="${tall * 0.28}" height="${tall * 0.42}" rx="14" fill="${coat}"/>
     <circle cx="${x}" cy="${feet - tall * 0.92}" r="${tall * 0.075}" fill="#c7a58b"/></g>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <rect width="${width}" height="${height}" fill="#e9e4da"/><rect y="${horizon}" width="${width}" height="${height}" fill="#d8d3c8"/>
    <g stroke="#b4ad9f" stroke-width="1.5">${lines.join('')}</g>${shelf(-1)}${shelf(1)}
    ${person(width * 0.42, height * 0.55, height * 0.36, '#5b7f9d')}${person(width * 0.6, height * 0.82, height * 0.56, '#a4553f')}
  </svg>`;
  return sharp(Buffer.from(svg)).jpeg({ quality: 85 }).toBuffer();
}

/** Two cameras: one on the plan with everything drawn into it, one that counts in a zone. */
export function sampleCameras() {
  return {
    isWritable: true,
    cameras: [
      {
        id: 'cam-coffee',
        name: 'Coffee camera',
        rate: 5,
        rotate: 0,
        quietHours: [],
        isQuiet: false,
        floor: [
          { picture: [0.35, 0.36], plan: [3, 2] },
          { picture: [0.65, 0.36], plan: [7, 2] },
          { picture: [0.95, 0.92], plan: [7, 7] },
          { picture: [0.05, 0.92], plan: [3, 7] },
        ],
        entrances: [
          {
            id: 'door',
            line: [
              [0.36, 0.62],
              [0.64, 0.62],
            ],
            inside: [0.5, 0.48],
          },
        ],
        queues: [
          {
            till: 'till-1',
            area: [
              [0.4, 0.66],
              [0.62, 0.66],
              [0.68, 0.9],
              [0.34, 0.9],
            ],
            alertAt: 4,
          },
        ],
        shelves: [
          {
            fixture: 'shelf-03',
            polygon: [
              [0, 0.05],
              [0.32, 0.12],
              [0.36, 0.36],
              [0.02, 0.85],
            ],
          },
        ],
        masks: [
          [
            [0.78, 0.02],
            [0.98, 0.02],
            [0.98, 0.2],
            [0.78, 0.2],
          ],
        ],
      },
      {
        id: 'cam-care',
        name: 'Care camera',
        rate: 5,
        rotate: 0,
        quietHours: [{ from: '22:00', to: '06:00' }],
        isQuiet: true,
        zone: 'care',
        entrances: [],
        queues: [],
        shelves: [],
        masks: [],
      },
    ],
  };
}

/** A day of people on the floor. */
export function sampleTraffic(nowMs = Date.now()): TrafficOverview {
  const { plan } = sampleStore();
  const grid = heatGrid(plan);
  const start = nowMs - (nowMs % 3_600_000);
  const hours = Array.from({ length: 9 }, (_, i): TrafficHour => {
    const busy = Math.sin((Math.PI * (i + 1)) / 10);
    const cells = Array.from({ length: grid.columns * grid.rows }, (_unused, cell) => {
      const [x, y] = [(cell % grid.columns) * grid.cellM, Math.floor(cell / grid.columns) * grid.cellM];
      const near = (px: number, py: number, wide: number) => Math.exp(-((x - px) ** 2 + (y - py) ** 2) / wide);
      return {
        cell,
        seconds: Math.round(10 * busy * (300 * near(3, 6, 3) + 160 * near(8, 3, 4) + 420 * near(16, 11, 2) + 60 * near(4, 12, 12))) / 10,
      };
    }).filter(({ seconds }) => seconds > 4);
    return {
      startMs: start - 3_600_000 * (8 - i),
      cells,
      flows: [
        { from: 'entrance', to: 'coffee', people: Math.round(40 * busy) },
        { from: 'coffee', to: 'care', people: Math.round(22 * busy) },
        { from: 'coffee', to: 'checkout', people: Math.round(18 * busy) },
        { from: 'care', to: 'checkout', people: Math.round(15 * busy) },
        { from: 'coffee', to: 'entrance', people: Math.round(9 * busy) },
      ],
      doors: [{ zone: 'entrance', in: Math.round(52 * busy), out: Math.round(47 * busy) }],
      queues: [{ till: 'till-1', left: Math.round(33 * busy), meanWaitMs: 95_000, longest: 5 }],
    };
  });
  return { atMs: nowMs, grid, minPeople: 3, queues: [{ till: 'till-1', name: 'Till 1', length: 4, waitMs: 200_000, alertAt: 4 }], hours };
}

/** Lets a fake store answer for its cameras. */
export function serveCameras(store: FakeStore): void {
  store.answer('GET /api/v1/store/traffic', () => ({ status: 200, body: sampleTraffic() }));
  store.answer('GET /api/v1/store/cameras', () => ({ status: 200, body: sampleCameras() }));
  store.answer('POST /api/v1/store/cameras/cam-coffee', { status: 200, body: { kind: 'saved' } });
  store.answer('GET /api/v1/notice', {
    status: 200,
    body: {
      language: 'en',
      languages: [
        { code: 'en', name: 'English' },
        { code: 'de', name: 'Deutsch' },
      ],
      title: 'Cameras in Corner Market',
      lead: 'Cameras in this store count people. They do not recognise anybody.',
      parts: [{ heading: 'What is never kept', lines: ['No picture and no film.'] }],
    },
  });
}
