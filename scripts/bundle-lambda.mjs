/** Bundles the Lambda function: one file that every function loads, pieces that a few need, nothing of its packages that it never calls. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import zlib from 'node:zlib';
import { build } from 'esbuild';
import { home } from './find-node.mjs';

/** CommonJS packages call require for Node's own modules. */
const banner = "import { createRequire as fargazerRequire } from 'node:module'; const require = fargazerRequire(import.meta.url);";

/** Kits that no function does without. */
const always = new Set(['@aws-sdk/client-dynamodb', '@aws-sdk/client-kinesis', '@aws-sdk/client-sqs']);

export const ownSources = /[\\/](?:src|detectors)[\\/].*\.ts$/;

/** A source of ours: as a namespace zod is taken apart, and only what is called comes with it; as a value it comes whole. */
export function ownText(path) {
  return readFileSync(path, 'utf8').replace("import { z } from 'zod';", "import * as z from 'zod';");
}

/**
 * Kits of AWS that are imported when they are first needed. Those that every function needs are imported at once, while
 * Lambda starts the container; the others are pieces. Of both come only the clients and commands that are named.
 */
const namedCommands = {
  name: 'named-commands',
  setup(builder) {
    const namespace = 'named-commands';
    builder.onLoad({ filter: ownSources }, ({ path }) => {
      const text = ownText(path);
      const kits = [...new Set([...text.matchAll(lazyImport)].map(([, kit]) => kit))].filter((kit) => always.has(kit));
      const imports = kits.map((kit, at) => `import * as namedKit${at} from '${namespace}:${kit}';`).join(' ');
      const contents = text.replace(lazyImport, (_call, kit) => (always.has(kit) ? `Promise.resolve(namedKit${kits.indexOf(kit)})` : `import('${namespace}:${kit}')`));
      return { contents: `${imports} ${contents}`, loader: 'ts' };
    });
    builder.onResolve({ filter: /^named-commands:/ }, ({ path }) => ({ path: path.slice(namespace.length + 1), namespace }));
    builder.onLoad({ filter: /.*/, namespace }, async ({ path }) => {
      const names = Object.keys(await import(path)).filter((name) => namedIn(path).has(name));
      return { contents: `export { ${names.join(', ')} } from '${path}';`, resolveDir: home };
    });
  },
};

const lazyImport = /import\('(@aws-sdk\/client-[a-z0-9-]+)'\)/g;

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
const speakers = ['src/sources', 'src/stores', 'src/alerting', 'src/secrets', 'src/entry/lambda.ts'];

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

/** In the folder of the function; the handler is named after it, `lambda.handler`. */
const firstFile = 'lambda.mjs';

/**
 * The files of `dist/lambda/`: `files` are their contents by path within it, `firstFiles` those that are loaded at the
 * start. `settings` are esbuild's own, for who measures.
 */
export async function buildLambda(settings = {}) {
  const outdir = join(home, 'dist/lambda');
  const { outputFiles, metafile } = await build({
    entryPoints: { lambda: join(home, 'src/entry/lambda.ts') },
    bundle: true,
    splitting: true,
    // Chunks are named by their content: an old and a new function never mix them.
    chunkNames: 'pieces/[name]-[hash]',
    outExtension: { '.js': '.mjs' },
    metafile: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // Packages that ship both forms: of ES modules only what is called stays.
    mainFields: ['module', 'main'],
    write: false,
    outdir,
    absWorkingDir: home,
    minify: true,
    // Japanese is half as long so.
    charset: 'utf8',
    sourcemap: false,
    legalComments: 'none',
    plugins: [namedCommands, oneLanguage, packedSuffixes],
    banner: { js: banner },
    logLevel: 'warning',
    ...settings,
  });
  const outputs = new Map(Object.entries(metafile.outputs).map(([path, output]) => [relative(outdir, join(home, path)), output]));
  const named = (path) => relative(outdir, join(home, path));
  /** With all that they import at once. */
  const loadedBy = (paths, found = new Set()) => {
    for (const path of paths) {
      if (found.has(path) || !outputs.has(path)) continue;
      found.add(path);
      loadedBy(outputs.get(path).imports.filter(({ kind }) => kind === 'import-statement').map((one) => named(one.path)), found);
    }
    return found;
  };
  return {
    files: new Map(outputFiles.map(({ path, contents }) => [relative(outdir, path), contents])),
    firstFiles: [...loadedBy([firstFile])],
    /** Files that are loaded where a source file, by its path in the project, is imported on demand. */
    filesOf: (source) => [...loadedBy([...outputs].filter(([, { entryPoint }]) => entryPoint?.endsWith(source)).map(([path]) => path))],
    metafile,
  };
}
