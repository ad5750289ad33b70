/** Set-up: a fit Node.js, the packages of the lock file and the bundle of the command line, each only where it is missing or stale. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { findNode, home, isToolchainFit, neededMajor } from './find-node.mjs';
import { isBundleFresh } from './freshness.mjs';

/** Runs a command to its end; on failure ends set-up with a sentence. */
function run(what, command, parameters, options) {
  const { status, error } = spawnSync(command, parameters, { stdio: ['ignore', 'inherit', 'inherit'], ...options });
  if (status === 0) return;
  console.error(`Set-up stopped: ${what} failed${error === undefined ? '' : ` (${error.message})`}.`);
  process.exit(1);
}

/** Installs exactly what the lock file of a folder names; leaves the work tree as it is. */
function installPackages(folder, path) {
  const environment = { ...process.env, PATH: path };
  // npm hands its own folder and configuration to the scripts it runs; an install elsewhere must not inherit the folder.
  delete environment.npm_config_local_prefix;
  run(`npm ci in ${folder}`, 'npm', ['ci', '--loglevel=error', '--no-progress'], {
    cwd: folder,
    env: environment,
    shell: process.platform === 'win32',
  });
}

/** True where every package that the lock file demands is installed in the version it names. */
function isInstalled(folder) {
  const hidden = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(hidden)) return false;
  const wanted = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(hidden, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === '' || installed[path]?.version === version || (optional === true && installed[path] === undefined),
  );
}

const hostPath = process.env.PATH ?? '';
let node = findNode();
if (node === undefined && isToolchainFit) {
  console.error(`This is Node.js ${process.version}: fetching Node.js ${neededMajor} for this folder alone (toolchain/).`);
  installPackages(join(home, 'toolchain'), hostPath);
  node = findNode();
}
if (node === undefined) {
  console.error(
    `fargazer needs Node.js ${neededMajor} or newer, and this is ${process.version}: install it from https://nodejs.org, then run this again.`,
  );
  process.exit(1);
}

// The resolver of npm goes by the Node.js that runs it, so the fit one comes first.
const path = `${dirname(node)}${delimiter}${hostPath}`;
if (!isInstalled(home)) {
  console.error('Installing the packages of package-lock.json.');
  installPackages(home, path);
}
// The constructs for AWS are tested here and used elsewhere: whoever runs fargazer needs none of their packages.
if (process.argv.includes('--with-infra') && !isInstalled(join(home, 'infra'))) {
  console.error('Installing the packages of infra/package-lock.json.');
  installPackages(join(home, 'infra'), path);
}
if (!isBundleFresh()) {
  console.error('Building dist/fargazer.mjs.');
  run('building the bundle', node, [join(home, 'scripts', 'bundle.mjs')], { cwd: home, env: { ...process.env, PATH: path } });
}
