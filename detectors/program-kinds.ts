/** What programs are for, by name: those that intruders need and few services run, and those that every script runs. */
import { isInterpreter, isShell } from './program-key.ts';

export type ProgramKind = 'shell' | 'interpreter' | 'network' | 'packages' | 'compiler' | 'archive' | 'users' | 'system' | 'debugger' | 'discovery' | 'cover' | 'ordinary' | 'other';

const listed: Readonly<Record<Exclude<ProgramKind, 'shell' | 'interpreter' | 'other'>, string>> = {
  network:
    'nc ncat netcat nc.openbsd nc.traditional socat curl wget aria2c ssh scp sftp ftp tftp telnet rsync rclone nmap masscan zmap dig nslookup host drill tcpdump tshark ngrep iptables nft chisel frpc ngrok cloudflared proxychains tor aws gcloud az kubectl docker ssh-keygen ssh-copy-id smbclient ldapsearch mysql psql redis-cli mongo mongosh',
  packages: 'apt apt-get dpkg yum dnf microdnf rpm apk pip pip3 npm npx yarn pnpm gem go cargo conda easy_install cpan composer',
  compiler: 'gcc cc c++ g++ clang clang++ tcc cc1 as ld rustc make cmake',
  archive: 'tar zip unzip 7z 7za 7zr rar unrar bzip2 xz cpio ar gpg openssl pg_dump mysqldump mongodump',
  users: 'useradd usermod userdel adduser deluser groupadd groupmod addgroup passwd chpasswd chsh chfn gpasswd newgrp su sudo doas pkexec visudo vipw vigr login',
  system: 'mount umount nsenter unshare chroot insmod modprobe rmmod ctr runc crictl capsh setcap setpriv sysctl ldconfig chattr lsattr setfacl debugfs losetup mknod',
  debugger: 'gdb gdbserver strace ltrace gcore perf bpftrace bpftool py-spy',
  discovery: 'id whoami who w last lastlog users groups uname hostname hostnamectl ps pstree top htop ss netstat ip ifconfig arp route lsof getent lscpu lsblk lspci lsns findmnt printenv getcap dmidecode dmesg nproc finger locate mlocate amicontained linpeas.sh',
  cover: 'base64 base32 xxd uudecode uuencode shred wipe crontab at batch script screen tmux mkfifo dd kill pkill killall killall5 nohup setsid history chmod chown chgrp',
  ordinary:
    'cat ls cp mv rm ln mkdir rmdir touch echo printf head tail wc sort uniq cut tr tee sed grep egrep fgrep find xargs basename dirname readlink realpath date sleep seq expr test true false env pwd stat du df sync split join paste comm diff cmp nl od fold fmt tac rev shuf mktemp install truncate md5sum sha1sum sha256sum sha512sum cksum sum b2sum gzip gunzip zcat zgrep awk gawk mawk nawk timeout nice ionice flock logger logrotate run-parts savelog which pidof pgrep tput tty stty clear less more file getopt yes factor numfmt locale iconv bc dc jq yq usleep unlink cron crond anacron supercronic',
};

const kinds = new Map<string, ProgramKind>();
for (const [kind, names] of Object.entries(listed)) for (const name of names.split(' ')) if (!kinds.has(name)) kinds.set(name, kind as ProgramKind);

export function kindOfProgram(name: string): ProgramKind {
  const known = kinds.get(name);
  if (known !== undefined) return known;
  if (isShell(name)) return 'shell';
  if (isInterpreter(name)) return 'interpreter';
  // `gcc-12`, `x86_64-linux-gnu-gcc-12`, `pip3.11`.
  const plain = name.replace(/^[\w]+-linux-(?:gnu|musl)[a-z]*-/, '').replace(/-?\d[\d.]*$/, '');
  return kinds.get(plain) ?? 'other';
}

/** Tools with which much can be done: where they are new, that is news whoever started them. */
export function isPowerful(kind: ProgramKind): boolean {
  return kind !== 'ordinary' && kind !== 'other';
}

/** What such a tool is, for a sentence. */
export const kindSaid: Readonly<Record<ProgramKind, string>> = {
  shell: 'a shell',
  interpreter: 'an interpreter',
  network: 'a tool that talks over the network',
  packages: 'a package manager',
  compiler: 'a compiler',
  archive: 'a tool that packs or encrypts',
  users: 'a tool that changes users or acts as another',
  system: 'a tool that changes the system',
  debugger: 'a debugger',
  discovery: 'a tool to look around with',
  cover: 'a tool often used to hide, decode or end things',
  ordinary: 'an ordinary tool',
  other: 'a program',
};

/** ATT&CK techniques that such a program mostly serves. */
export const kindTechnique: Readonly<Record<ProgramKind, string>> = {
  shell: 'T1059.004',
  interpreter: 'T1059',
  network: 'T1105',
  packages: 'T1105',
  compiler: 'T1027.004',
  archive: 'T1560.001',
  users: 'T1098',
  system: 'T1611',
  debugger: 'T1055.008',
  discovery: 'T1082',
  cover: 'T1140',
  ordinary: 'T1059.004',
  other: 'T1204.002',
};
