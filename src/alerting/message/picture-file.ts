/** The picture of the evidence as a file, for services that take files and show them beneath a message. */
import type { Picture } from '#contract';
import { picturePng, type Ground } from './picture-png.ts';
import type { PictureSize } from './picture.ts';

export interface PictureFile {
  name: string;
  type: 'image/png';
  bytes: Buffer;
  /** Over which time it goes, as a line of its own; plain text. */
  caption: string;
  /** In words, for those who do not see it; plain text. */
  description: string;
}

/** Letters, digits and a dot: services refer to it by this name. */
export const pictureName = 'evidence.png';

/** Chats show it at half the size, telephones at less; so flat that a message with it still fits a screen. */
export const chatSize: PictureSize = { widthPx: 800, heightPx: 240 };

/** The same picture gives the same bytes, under 20 KB. */
export function pictureFile(picture: Picture, ground: Ground = 'none'): PictureFile {
  const { caption = '', description = caption } = picture;
  return { name: pictureName, type: 'image/png', bytes: picturePng(picture, chatSize, ground), caption: begun(caption), description: begun(description) };
}

function begun(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
