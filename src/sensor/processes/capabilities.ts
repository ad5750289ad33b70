/** Capabilities by name, as capabilities(7) numbers them. */

const names = [
  'chown', 'dac_override', 'dac_read_search', 'fowner', 'fsetid', 'kill', 'setgid', 'setuid', 'setpcap', 'linux_immutable',
  'net_bind_service', 'net_broadcast', 'net_admin', 'net_raw', 'ipc_lock', 'ipc_owner', 'sys_module', 'sys_rawio', 'sys_chroot',
  'sys_ptrace', 'sys_pacct', 'sys_admin', 'sys_boot', 'sys_nice', 'sys_resource', 'sys_time', 'sys_tty_config', 'mknod', 'lease',
  'audit_write', 'audit_control', 'setfcap', 'mac_override', 'mac_admin', 'syslog', 'wake_alarm', 'block_suspend', 'audit_read',
  'perfmon', 'bpf', 'checkpoint_restore',
];

/** Sets come again and again: a task has a handful of them. */
const known = new Map<bigint, string[]>();
const knownLimit = 256;

export function capabilityNames(set: bigint): string[] {
  const found = known.get(set);
  if (found !== undefined) return found;
  const list: string[] = [];
  for (let bit = 0; bit < 64; bit += 1) if (((set >> BigInt(bit)) & 1n) === 1n) list.push(names[bit] ?? `capability_${bit}`);
  if (known.size < knownLimit) known.set(set, list);
  return list;
}
