/** Which files matter, and for what: the places of every image, by directory and name. */
import type { FileConcern } from '#contract';

export interface Place {
  directory: string;
  concern: FileConcern;
  /** Names that matter; all, where there is none. */
  names?: RegExp;
  /** Directories within it matter as well, to this depth. */
  depth?: number;
  /** It matters who reads it. */
  isReadTold?: boolean;
  /** Only what may be executed, or loaded as a library. */
  isForPrograms?: boolean;
}

/** Written beside the file that is meant, and renamed over it a moment later; or kept by editors and package tools. */
const passing = /^\.#|~$|\.(?:sw[opx]|tmp|temp|bak|lock|pid|old|orig|dpkg-\w+|part|pyc|pyo|log|sock)$|^\.nfs|^#.*#$|-$|\.log\.\d|\.gz$|^\.(?:ICE|X\d+)/;

export function isPassing(name: string): boolean {
  return passing.test(name);
}

const startUpFiles = /^\.(?:bashrc|bash_profile|bash_login|bash_logout|profile|zshrc|zshenv|zprofile|zlogin|kshrc|xinitrc|inputrc)$/;

/** Homes of users are found beside these. */
const ofHome = (home: string): Place[] => [
  { directory: home, concern: 'start-up', names: startUpFiles },
  { directory: `${home}/.ssh`, concern: 'ssh-keys', names: /^(?:authorized_keys2?|id_\w+|config|rc|environment|known_hosts)$/ },
  { directory: `${home}/.ssh`, concern: 'credentials', names: /^id_[a-z0-9]+$/, isReadTold: true },
  { directory: `${home}/.aws`, concern: 'credentials', isReadTold: true },
  { directory: `${home}/.docker`, concern: 'credentials', names: /^config\.json$/, isReadTold: true },
  { directory: `${home}/.kube`, concern: 'credentials', names: /^config$/, isReadTold: true },
  { directory: `${home}/.config/systemd/user`, concern: 'start-up' },
  { directory: home, concern: 'credentials', names: /^\.(?:netrc|git-credentials|pgpass|my\.cnf|npmrc|pypirc)$/, isReadTold: true },
];

const system: readonly Place[] = [
  { directory: '/etc', concern: 'accounts', names: /^(?:passwd|shadow|group|gshadow|subuid|subgid|login\.defs)$/ },
  { directory: '/etc', concern: 'credentials', names: /^g?shadow$/, isReadTold: true },
  { directory: '/etc/pam.d', concern: 'accounts' },
  { directory: '/etc/security', concern: 'accounts' },
  { directory: '/etc', concern: 'sudoers', names: /^(?:sudoers|doas\.conf)$/ },
  { directory: '/etc/sudoers.d', concern: 'sudoers' },
  { directory: '/etc', concern: 'cron', names: /^(?:crontab|anacrontab|cron\.(?:allow|deny))$/ },
  ...['/etc/cron.d', '/etc/cron.hourly', '/etc/cron.daily', '/etc/cron.weekly', '/etc/cron.monthly', '/etc/crontabs', '/etc/periodic'].map(
    (directory): Place => ({ directory, concern: 'cron', depth: 1 })),
  { directory: '/var/spool/cron', concern: 'cron', depth: 1 },
  { directory: '/etc/ssh', concern: 'ssh-keys', names: /^sshd?_config$|^ssh_host_|authorized_keys/, depth: 1 },
  { directory: '/etc', concern: 'loader', names: /^ld\.so\.(?:preload|conf|cache)$/ },
  { directory: '/etc/ld.so.conf.d', concern: 'loader' },
  ...['/lib', '/lib64', '/usr/lib', '/usr/lib64', '/lib/x86_64-linux-gnu', '/lib/aarch64-linux-gnu', '/usr/local/lib', '/lib/security', '/lib/x86_64-linux-gnu/security'].map(
    (directory): Place => ({ directory, concern: 'loader', names: /\.so(?:\.[\d.]+)?$/ })),
  { directory: '/etc', concern: 'start-up', names: /^(?:profile|bash\.bashrc|bashrc|environment|rc\.local|inittab|zshenv|zsh)$/ },
  ...['/etc/profile.d', '/etc/init.d', '/etc/rc.d', '/etc/systemd/system', '/lib/systemd/system', '/usr/lib/systemd/system', '/run/systemd/system', '/docker-entrypoint.d', '/etc/services.d',
    '/etc/s6-overlay', '/etc/supervisor/conf.d', '/etc/supervisor.d', '/etc/update-motd.d', '/etc/xdg/autostart'].map((directory): Place => ({ directory, concern: 'start-up', depth: 1 })),
  { directory: '/', concern: 'start-up', names: /^(?:[\w.-]{0,40}entrypoint[\w.-]{0,20}|init|start|run)(?:\.sh)?$|\.sh$/ },
  { directory: '/etc', concern: 'resolver', names: /^(?:resolv\.conf|hosts|nsswitch\.conf|host\.conf)$/ },
  { directory: '/etc/ssl/certs', concern: 'certificates' },
  { directory: '/usr/local/share/ca-certificates', concern: 'certificates', depth: 1 },
  { directory: '/etc/pki/ca-trust/source/anchors', concern: 'certificates' },
  { directory: '/etc/ssl/private', concern: 'credentials', isReadTold: true },
  { directory: '/run/secrets', concern: 'credentials', isReadTold: true, depth: 3 },
  ...['/bin', '/sbin', '/usr/bin', '/usr/sbin', '/usr/local/bin', '/usr/local/sbin', '/opt/bin'].map(
    (directory): Place => ({ directory, concern: 'executable', isForPrograms: true })),
  ...['/tmp', '/var/tmp', '/dev/shm', '/run'].map((directory): Place => ({ directory, concern: 'executable', isForPrograms: true, depth: 3 })),
];

/** All places of a root whose users have these homes. */
export function placesOf(homes: readonly string[]): Place[] {
  return [...system, ...homes.flatMap(ofHome)];
}

/** What an application is made of: programs, scripts, templates and settings, not what it stores. */
const code = /\.(?:[cm]?[jt]sx?|py|rb|php\d?|phtml|pl|pm|sh|bash|jar|war|class|lua|so|dll|wasm|go|ex|exs|jsp|asp|aspx|cgi|twig|erb|ejs|html?|conf|ya?ml|toml|ini|env|properties|service)$|^\.env(?:\.\w+)?$|^(?:Procfile|Gemfile|Makefile)$/i;

export function isCode(name: string): boolean {
  return code.test(name);
}

/** Directories of an application that hold what it stores, or others' code in thousands of files. */
const storage = /^(?:node_modules|\.git|\.svn|__pycache__|\.cache|cache|logs?|tmp|temp|uploads?|data|db|storage|spool|run|sessions?|\.venv|venv|site-packages|dist-packages|vendor|target|coverage|\.next)$/i;

export function isStorage(name: string): boolean {
  return storage.test(name);
}
