/** The code of the function: the one bundled file, and nothing else of the folder it lies in. */
import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { IgnoreMode } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';

/** Where the project's build puts the bundle. */
export const builtLambdaFile = join(import.meta.dirname, '..', '..', 'dist', 'lambda.mjs');

/** Code and handler of a bundled module that exports `handler`; throws a sentence with the cure where it was not built. */
export function lambdaCode(file: string): { code: Code; handler: string } {
  const path = resolve(file);
  if (!existsSync(path)) throw new Error(`${path} does not exist: build it with npm run setup in the project's folder, or name the bundle in lambdaFile.`);
  const name = basename(path);
  if (!name.endsWith('.mjs')) throw new Error(`${path}: the bundle is one .mjs file.`);
  return {
    code: Code.fromAsset(dirname(path), { exclude: ['*', `!${name}`], ignoreMode: IgnoreMode.GIT }),
    handler: `${name.slice(0, -'.mjs'.length)}.handler`,
  };
}
