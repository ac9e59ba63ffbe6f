import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What files of pictures begin with: JPEG, JFIF, PNG, WebP, and JPEG as base64. */
const SIGNS = [Buffer.of(0xff, 0xd8, 0xff), Buffer.from('JFIF'), Buffer.from('IHDR'), Buffer.from('WEBPVP8'), Buffer.from('/9j/4AAQ')];

/** The files under a folder in which a picture may begin; the database's ballast, random bytes that only keep room, is not looked at. */
export function filesWithPictures(folder: string): readonly string[] {
  return filesUnder(folder)
    .filter((path) => !path.endsWith('.ballast'))
    .filter((path) => {
      const bytes = readFileSync(path);
      return SIGNS.some((sign) => bytes.includes(sign));
    });
}

/** Every file under a folder that is still there. */
export function filesUnder(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
}
