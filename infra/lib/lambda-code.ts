/** The code of the function: the folder that the build makes of it. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';

/** Where the project's build puts the function. */
export const builtLambdaFolder = join(import.meta.dirname, '..', '..', 'dist', 'lambda');

/** The file that exports `handler`; others beside it are loaded when they are needed. */
const firstFile = 'lambda.mjs';

/** Code and handler of a folder of the function; throws a sentence with the cure where it was not built. */
export function lambdaCode(folder: string): { code: Code; handler: string } {
  const path = resolve(folder);
  if (!existsSync(join(path, firstFile))) throw new Error(`${path} has no ${firstFile}: build it with npm run setup in the project's folder, or name the folder of the function in lambdaFolder.`);
  return { code: Code.fromAsset(path), handler: 'lambda.handler' };
}
