/** The house rules, each failing in words: who may import whom, how files open, what they are called, what they may not say. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { describe, test } from 'node:test';
import { detectors } from '../detectors/index.ts';
import { stalePages } from '../scripts/docs.ts';
import { errorTable } from '../src/contract/index.ts';

const home = dirname(import.meta.dirname);

/** The rooms of src and what each may import besides itself; detectors are a room of their own. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  baselines: ['contract'],
  sources: ['contract'],
  sensor: ['contract'],
  decode: ['contract'],
  engine: ['contract', 'baselines'],
  stores: ['contract'],
  alerting: ['contract'],
  config: ['contract'],
  secrets: ['contract'],
  telemetry: ['contract'],
  api: ['contract'],
  web: ['contract'],
  detectors: ['contract', 'baselines'],
  // Where rooms meet. Nobody imports it.
  entry: ['contract', 'baselines', 'sources', 'sensor', 'decode', 'engine', 'stores', 'alerting', 'config', 'secrets', 'telemetry', 'api', 'web', 'detectors'],
};

/** Single files that one room may borrow from another, with the reason. */
const borrowed: Readonly<Record<string, { by: readonly string[]; because: string }>> = {
  'src/alerting/text.ts': { by: ['web'], because: 'the report says numbers, durations and hostile text in the same words as the messages' },
};

/** Outside src and detectors everything may be imported, but these may not be imported from there. */
const outside = ['test', 'bench', 'scripts', 'infra'];

/** Does not ship: whoever tests, measures, deploys or shows may speak to AWS, or to what stands in for it. */
const unshipped = ['test/', 'bench/', 'scripts/', 'infra/'];

/** Software kits of vendors, and the only places that may speak them. */
const vendorKits: readonly { pattern: RegExp; places: readonly string[] }[] = [
  { pattern: /^@aws-sdk\/|^@smithy\/|^aws-sdk/, places: ['src/sources/', 'src/stores/', 'src/alerting/sinks/', 'src/secrets/', 'src/entry/lambda.ts', 'src/entry/program/doctor', ...unshipped] },
  { pattern: /^aws-cdk-lib|^constructs$/, places: ['infra/'] },
];

/** Imports whose only purpose is an effect; none so far. */
const effectImports: readonly string[] = [];

const mostLines = 300;

const forbiddenNames = ['utils', 'util', 'helpers', 'helper', 'common', 'manager', 'data', 'info', 'misc'];

/** Paths of the machines that developers work on, which no text of the project may name. */
const machinePaths = /(?:^|[\s'"`(=:])(?:\/work\/|\/tmp\/[a-z]|\/home\/(?!node\b|user\b)[a-z]|\/Users\/[A-Za-z]|[A-Z]:\\Users\\|\.\.\/shared\b)/m;

/** Files of a recording hold what was recorded; what machines those were is theirs to say. */
const isRecording = (file: string): boolean => /^replay-data\/[^/]+\/records\/|\/samples\/|package-lock\.json$/.test(file);

/** Files that git tracks or would track; all files beneath the folders where there is no git. */
function projectFiles(): string[] {
  const list = existsSync(join(home, '.git'))
    ? execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { cwd: home, encoding: 'utf8', maxBuffer: 64 * 1_048_576 }).split('\0')
    : readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((file) => !/(?:^|\/)(?:node_modules|dist|\.cache)\//.test(file));
  return list.filter((file) => file !== '' && existsSync(join(home, file))).toSorted();
}

const files = projectFiles();
const sources = files.filter((file) => /^(?:src|detectors|test|bench|scripts)\/.*\.ts$/.test(file));
const shipped = sources.filter((file) => /^(?:src|detectors)\//.test(file));
const texts = new Map(sources.map((file) => [file, readFileSync(join(home, file), 'utf8')]));
const textOf = (file: string): string => texts.get(file) ?? '';

/** `decode` for src/decode/…, `detectors` for detectors/…, `test` for test/…. */
function roomOf(file: string): string {
  const [first = '', second = ''] = file.split('/');
  return first === 'src' ? second : first;
}

interface Import {
  from: string;
  /** What stands between the quotes. */
  name: string;
  /** Path in the project, for imports of its own files. */
  path?: string;
  isForEffect: boolean;
  /** Gone before anything runs. */
  isTypeOnly: boolean;
}

function importsOf(file: string): Import[] {
  // Comments go first: they may speak of imports.
  const code = textOf(file).replace(/\/\*[^]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const found: Import[] = [];
  for (const match of code.matchAll(/^\s*(?:import|export)\b[^'";]*?\bfrom\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm)) {
    const name = match[1] ?? match[2] ?? match[3] ?? '';
    const own = name.startsWith('.') ? posix.normalize(posix.join(posix.dirname(file), name)) : undefined;
    const alias = /^#(.+)$/.exec(name)?.[1];
    const path = own ?? (alias === undefined ? undefined : `src/${alias}/index.ts`);
    found.push({ from: file, name, isForEffect: match[2] !== undefined, isTypeOnly: /^\s*(?:import|export) type\b/.test(match[0]), ...(path === undefined ? {} : { path }) });
  }
  return found;
}

const imports = sources.flatMap(importsOf);

/** Asserts that a rule has no breaches; a failure lists each of them. */
function holds(rule: string, breaches: readonly string[]): void {
  assert.ok(breaches.length === 0, `${rule}\n${breaches.slice(0, 30).map((breach) => `  ${breach}`).join('\n')}`);
}

describe('imports run one way', () => {
  test('the check sees the imports that it is about', () => {
    assert.ok(sources.length > 50, 'fewer than 50 source files were found');
    assert.ok(imports.some(({ name }) => name === '#contract'), 'no import of #contract was found');
  });

  test('every room of src stands in the table', () => {
    const rooms = new Set(shipped.map(roomOf));
    holds('A room that the table of this file does not know; say what it may import.', [...rooms].filter((room) => mayImport[room] === undefined));
  });

  test('a room imports itself, the contract and what the table allows', () => {
    const breaches = imports.flatMap(({ from, name, path }) => {
      if (path === undefined || !/^(?:src|detectors)\//.test(from)) return [];
      const room = roomOf(from);
      const target = roomOf(path);
      if (target === 'package.json' && room === 'entry') return [];
      if (outside.includes(target)) return [`${from} imports ${name}: what ships imports nothing of ${target}/`];
      if (target === room || mayImport[room]?.includes(target)) return [];
      if (borrowed[path]?.by.includes(room)) return [];
      if (target === 'entry') return [`${from} imports ${name}: nobody imports entry`];
      return [`${from} imports ${name}: ${room} may import ${['itself', ...(mayImport[room] ?? [])].join(', ')}; rooms meet in entry alone`];
    });
    holds('Rooms import themselves and #contract.', breaches);
  });

  test('contract and baselines are imported by their names from other rooms', () => {
    const breaches = imports.flatMap(({ from, name, path }) => {
      const target = path === undefined ? '' : roomOf(path);
      const isDeep = name.startsWith('.') && (target === 'contract' || target === 'baselines') && roomOf(from) !== target;
      return isDeep && /^(?:src|detectors)\//.test(from) ? [`${from} imports ${name}: say #${target}`] : [];
    });
    holds('Other rooms see contract and baselines as wholes.', breaches);
  });

  test('no import is there for its effect', () => {
    holds(
      'An import for its effect hides what happens; import a value and use it.',
      imports.filter(({ isForEffect, name }) => isForEffect && !effectImports.includes(name)).map(({ from, name }) => `${from} imports '${name}'`),
    );
  });

  test('the kits of vendors stay where they are spoken', () => {
    const breaches = imports.flatMap(({ from, name }) => {
      const kit = vendorKits.find(({ pattern }) => pattern.test(name));
      return kit === undefined || kit.places.some((place) => from.startsWith(place)) ? [] : [`${from} imports ${name}: only ${kit.places.join(', ')} may`];
    });
    holds('A vendor kit is imported only in the one place that speaks it.', breaches);
  });

  test('what ships imports no package that is only there for development', () => {
    const manifest = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
    const breaches = imports.flatMap(({ from, name, path, isTypeOnly }) => {
      if (path !== undefined || isTypeOnly || name.startsWith('node:') || !/^(?:src|detectors)\//.test(from)) return [];
      const parts = name.split('/');
      const own = name.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
      return Object.hasOwn(manifest.dependencies, own) ? [] : [`${from} imports ${name}`];
    });
    holds('A package that src and detectors import stands in dependencies (and Node.js modules begin with node:).', breaches);
  });
});

describe('files are easy to read', () => {
  test('every file opens with a sentence that says what it is', () => {
    holds('The first line is /** a sentence. */', sources.filter((file) => !/^(?:#!.*\n)?\/\*\*\s+\S/.test(textOf(file))));
  });

  test(`no file is longer than ${mostLines} lines`, () => {
    const breaches = sources.flatMap((file) => {
      const lines = textOf(file).split('\n').length;
      return lines > mostLines ? [`${file} has ${lines}`] : [];
    });
    holds('One idea a file.', breaches);
  });

  test('no type is any in what ships', () => {
    const breaches = shipped.flatMap((file) => {
      const lines = textOf(file).split('\n');
      return lines.flatMap((line, index) => {
        const code = line.replace(/\/\/.*$|\/\*.*?\*\/|^\s*\*.*$|'[^']*'|"[^"]*"|`[^`]*`/g, '');
        const isAny = /(?:[:<,|&]\s*|\bas\s+|=\s*)any\b(?!\s*[:(])/.test(code);
        // The contract marks the three places where only any says it.
        const before = lines.slice(Math.max(0, index - 2), index).join('\n');
        const isMarked = file.startsWith('src/contract/') && /no-explicit-any/.test(before);
        return isAny && !isMarked ? [`${file}:${index + 1}: ${line.trim()}`] : [];
      });
    });
    holds('any switches the checker off; unknown does not.', breaches);
  });

  test('no file has a name that says nothing', () => {
    const breaches = files.filter((file) => !isRecording(file) && file.split('/').some((part) => forbiddenNames.includes(part.replace(/\..*$/, ''))));
    holds(`A file is called by its idea, not ${forbiddenNames.join(', ')}.`, breaches);
  });

  test('names of source files are lower case with hyphens', () => {
    holds('lower-case-with-hyphens.ts', sources.filter((file) => !/^(?:[a-z0-9]+(?:-[a-z0-9]+)*(?:\.test)?)\.ts$/.test(posix.basename(file))));
  });

  test('git ignores nothing that tests and stories read', { skip: existsSync(join(home, '.git')) ? false : 'there is no git here' }, () => {
    const ignored = execFileSync('git', ['ls-files', '--others', '--ignored', '--exclude-standard', '-z', 'src', 'detectors', 'test', 'replay-data', 'docs', 'scripts', 'bench'], { cwd: home, encoding: 'utf8' });
    holds('A fresh clone would lack these files; see .gitignore.', ignored.split('\0').filter((file) => file !== ''));
  });

  test('no text names a path of the machine it was written on', () => {
    const breaches = files.flatMap((file) => {
      if (isRecording(file) || file === 'test/house.test.ts' || !/\.(?:ts|mjs|js|json|md|yaml|yml|css|html|svg|sh)$|(?:^|\/)(?:run|fargazer)$/.test(file)) return [];
      const match = machinePaths.exec(readFileSync(join(home, file), 'utf8'));
      return match === null ? [] : [`${file}: …${match[0].trim()}…`];
    });
    holds('The project is complete by itself.', breaches);
  });
});

describe('tables agree with what is there', () => {
  test('every detector folder stands in detectors/index.ts, and the other way round', () => {
    const folders = readdirSync(join(home, 'detectors'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    const ids = detectors.map(({ id }) => id);
    holds('A detector is one folder and one line in detectors/index.ts.', [
      ...folders.filter((name) => !ids.includes(name)).map((name) => `detectors/${name}/ is not in detectors/index.ts`),
      ...ids.filter((id) => !folders.includes(id)).map((id) => `${id} has no folder detectors/${id}/`),
      ...folders.flatMap((name) =>
        ['detector.ts', 'cases.ts'].filter((part) => !existsSync(join(home, 'detectors', name, part))).map((part) => `detectors/${name}/${part} is missing`),
      ),
    ]);
  });

  test('every error that is thrown stands in the table, and every one of the table is thrown', () => {
    const thrown = new Set<string>();
    for (const file of shipped) {
      for (const match of textOf(file).matchAll(/new FargazerError\(\s*'([a-z-]+)'/g)) thrown.add(match[1] ?? '');
      // A code chosen by a condition stands as a literal near the throw; the type checker holds it to the table.
      if (file === 'src/contract/errors.ts' || !/FargazerError|ErrorCode/.test(textOf(file))) continue;
      for (const match of textOf(file).matchAll(/'([a-z]+(?:-[a-z]+)*)'/g)) if (Object.hasOwn(errorTable, match[1] ?? '')) thrown.add(match[1] ?? '');
    }
    const known = Object.keys(errorTable);
    holds('The table of src/contract/errors.ts and the code agree.', [
      ...[...thrown].filter((code) => !known.includes(code)).map((code) => `${code} is thrown and not in the table`),
      ...known.filter((code) => !thrown.has(code)).map((code) => `${code} is in the table and never thrown`),
    ]);
  });

  test('the generated pages say what the code says', () => {
    holds('Run npm run docs.', stalePages());
  });

  test('every runtime package has its reason in a decision record', () => {
    const manifests = ['package.json', 'infra/package.json'].map((name) => JSON.parse(readFileSync(join(home, name), 'utf8')) as Partial<Record<'dependencies' | 'devDependencies', Record<string, string>>>);
    const records = readdirSync(join(home, 'docs/decisions')).filter((name) => /^\d{4}-dependencies\b/.test(name));
    const record = records.map((name) => readFileSync(join(home, 'docs/decisions', name), 'utf8')).join('\n');
    const packages = manifests.flatMap(({ dependencies = {}, devDependencies = {} }) => [...Object.keys(dependencies), ...Object.keys(devDependencies)]).filter((name) => !name.startsWith('@types/'));
    holds('The records docs/decisions/…-dependencies….md give each package a reason.', packages.filter((name) => !record.includes(`\`${name}\``)));
  });
});
