import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import type { Picture } from '../picture.ts';

/** The pictures of a folder in the order of their names, each seen nine ways: mirrored, in parts, darker and brighter. */
export async function* calibrationPictures(folder: string, side: number): AsyncGenerator<Picture> {
  const names = (await readdir(folder)).filter((name) => /\.(jpe?g|png|webp)$/i.test(name)).sort();
  if (names.length === 0) throw new Error(`Cannot calibrate: there is no JPEG, PNG or WebP picture in ${folder}`);
  for (const name of names) {
    const open = () => sharp(join(folder, name));
    const { width, height } = await open().metadata();
    const [halfWidth, halfHeight] = [width >> 1, height >> 1];
    const part = (left: number, top: number) => open().extract({ left, top, width: halfWidth, height: halfHeight });
    const ways = [
      open(),
      open().flop(),
      part(0, 0),
      part(halfWidth, 0),
      part(0, halfHeight),
      part(halfWidth, halfHeight),
      part(halfWidth >> 1, halfHeight >> 1),
      open().linear(0.5, 0),
      open().linear(1.4, 0),
    ];
    for (const way of ways) {
      const rgb = await way.resize(side, side, { fit: 'fill', kernel: 'linear' }).flatten().toColourspace('srgb').raw().toBuffer();
      yield { width: side, height: side, rgb };
    }
  }
}
