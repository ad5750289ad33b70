/** Bundles the Lambda function into one file, without what of its packages it never calls. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import zlib from 'node:zlib';
import { build } from 'esbuild';
import { home } from './find-node.mjs';

/** CommonJS packages call require for Node's own modules. */
const banner = "import { createRequire as fargazerRequire } from 'node:module'; const require = fargazerRequire(import.meta.url);";

/**
 * Kits of AWS that the sources import when they are first needed. A function needs them all: here they are imported at
 * once, while Lambda starts the container, and only the clients and commands that the sources name come with them.
 */
const namedCommands = {
  name: 'named-commands',
  setup(builder) {
    const namespace = 'named-commands';
    builder.onLoad({ filter: /[\\/](?:src|detectors)[\\/].*\.ts$/ }, ({ path }) => {
      // As a namespace zod is taken apart; as a value it comes whole.
      const text = readFileSync(path, 'utf8').replace("import { z } from 'zod';", "import * as z from 'zod';");
      const kits = [...new Set(text.match(lazyImport))].map((call) => call.slice("import('".length, -"')".length));
      const imports = kits.map((kit, at) => `import * as namedKit${at} from '${namespace}:${kit}';`).join(' ');
      const contents = text.replace(lazyImport, (call) => `Promise.resolve(namedKit${kits.findIndex((kit) => call.includes(`'${kit}'`))})`);
      return { contents: `${imports} ${contents}`, loader: 'ts' };
    });
    builder.onResolve({ filter: /^named-commands:/ }, ({ path }) => ({ path: path.slice(namespace.length + 1), namespace }));
    builder.onLoad({ filter: /.*/, namespace }, async ({ path }) => {
      const names = Object.keys(await import(path)).filter((name) => namedIn(path).has(name));
      return { contents: `export { ${names.join(', ')} } from '${path}';`, resolveDir: home };
    });
  },
};

const lazyImport = /import\('@aws-sdk\/client-[a-z0-9-]+'\)/g;

/**
 * The list of public suffixes is a third of what is left of the packages, as code that Lambda compiles at each start:
 * packed it is a fifth as long, and unpacked in two milliseconds.
 */
const packedSuffixes = {
  name: 'packed-suffixes',
  setup(builder) {
    builder.onLoad({ filter: /tldts[\\/]dist[\\/]es6[\\/]src[\\/]data[\\/]trie\.js$/ }, async ({ path }) => {
      const lists = Object.entries(await import(path));
      const plain = Object.fromEntries(lists.map(([name, value]) => [name, ArrayBuffer.isView(value) ? [...value] : value]));
      const packed = zlib.brotliCompressSync(JSON.stringify(plain)).toString('base64');
      const exported = lists.map(([name, value]) => `export const ${name} = ${ArrayBuffer.isView(value) ? `new ${value.constructor.name}(plain.${name})` : `plain.${name}`};`);
      const unpack = `const plain = JSON.parse(brotliDecompressSync(Buffer.from('${packed}', 'base64')).toString());`;
      return { contents: [`import { brotliDecompressSync } from 'node:zlib';`, unpack, ...exported].join('\n'), loader: 'js' };
    });
  },
};

/** Sentences of zod in fifty languages; ours are our own. */
export const oneLanguage = {
  name: 'one-language',
  setup(builder) {
    builder.onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({ contents: "export { default as en } from './en.js';", loader: 'js' }));
  },
};

/** Rooms whose kits the function uses; the doctor asks for much more. */
const speakers = ['src/sources', 'src/stores', 'src/alerting', 'src/entry/lambda.ts'];

/** Clients, commands and exceptions that are named where a kit is spoken. */
function namedIn(kit) {
  const names = new Set();
  for (const speaker of speakers) {
    const path = join(home, speaker);
    const files = speaker.endsWith('.ts') ? [path] : readdirSync(path, { recursive: true }).filter((name) => name.endsWith('.ts')).map((name) => join(path, name));
    for (const file of files) {
      const text = readFileSync(file, 'utf8');
      if (text.includes(`'${kit}'`)) for (const [word] of text.matchAll(/\b[A-Z]\w+(?:Client|Command|Exception)\b/g)) names.add(word);
    }
  }
  return names;
}

/** The text of `dist/lambda.mjs`. `settings` are esbuild's own, for who measures. */
export async function buildLambda(settings = {}) {
  const { outputFiles } = await build({
    entryPoints: [join(home, 'src/entry/lambda.ts')],
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // Packages that ship both forms: of ES modules only what is called stays.
    mainFields: ['module', 'main'],
    write: false,
    outfile: join(home, 'dist/lambda.mjs'),
    minify: true,
    sourcemap: false,
    legalComments: 'none',
    plugins: [namedCommands, oneLanguage, packedSuffixes],
    banner: { js: banner },
    logLevel: 'warning',
    ...settings,
  });
  return outputFiles[0].contents;
}
