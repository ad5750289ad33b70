/** Tells whether the bundle in dist/ was built from the sources as they are now. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { home } from './find-node.mjs';

/** What the bundle is made of; a folder stands for all files in it. */
const ingredients = ['src', 'detectors', 'package.json', 'package-lock.json', 'tsconfig.json', 'scripts/bundle.mjs', 'scripts/bundle-lambda.mjs'];

/** What set-up builds; without one of them the bundle is not whole. */
export const products = ['dist/fargazer.mjs', 'dist/chunks', 'dist/lambda/lambda.mjs', 'dist/help.txt', 'dist/version.txt'].map((name) => join(home, name));

export const stampFile = join(home, 'dist', 'sources.sha256');

/** Hash over names and contents of all ingredients. */
export function hashSources() {
  const hash = createHash('sha256');
  for (const ingredient of ingredients) {
    const path = join(home, ingredient);
    if (!existsSync(path)) continue;
    const files = /\.[a-z]+$/.test(ingredient)
      ? [path]
      : readdirSync(path, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
    for (const file of files.sort()) {
      const content = readFileSync(file);
      hash.update(`${relative(home, file)}\0${content.length}\0`).update(content);
    }
  }
  return hash.digest('hex');
}

export function isBundleFresh() {
  return (
    products.every((file) => existsSync(file)) &&
    existsSync(stampFile) &&
    readFileSync(stampFile, 'utf8') === hashSources()
  );
}
