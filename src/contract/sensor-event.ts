/** Events of the sensor: processes, listening sockets and files, named after the classes of OCSF. */
import type { EventBase } from './event.ts';

/** A program as the sensor sees it; `path` is `/proc/PID/exe` without ` (deleted)`, empty where it may not be read. */
export interface Program {
  path: string;
  /** The kernel's name of it (`comm`), 15 bytes; whoever runs may choose it. */
  name: string;
}

/** Ancestors that are told of: parent first, then its parent. */
export const lineageLimit = 8;

/** What a standard stream of a process leads to. */
export type Stream = 'terminal' | 'pipe' | 'socket' | 'file' | 'null' | 'none' | 'unknown';

/**
 * A process, as it was seen in `/proc`; OCSF Process Activity (class 1007) has the words.
 * `launch`: it began, or began to run another program. `terminate`: it is gone. `set-user`: its user or capabilities
 * grew without a new program. `inject`: another process traces it or holds its memory open (`by`). `stop`: it is halted
 * by a signal. `stream`: its standard output or error leads elsewhere than before. `busy`: for `busySeconds` it used
 * most of a processor.
 */
export interface ProcessActivity extends EventBase<'process'> {
  activity: 'launch' | 'terminate' | 'set-user' | 'inject' | 'stop' | 'stream' | 'busy';
  pid: number;
  program: Program;
  /** At most `lineageLimit`. Empty where it was gone before it was looked at. */
  lineage: Program[];
  /** Secrets masked; at most 32 of at most 256 characters. */
  arguments: string[];
  /** Effective and real user id; -1 where not known. */
  userId: number;
  realUserId: number;
  /** Those of the parent, likewise. */
  parentUserId: number;
  /** Effective capabilities, names in lower case without `cap_`; `undefined` where not known. */
  capabilities?: string[];
  /** Effective capabilities that its parent (for `set-user`: itself, before) did not have. */
  gainedCapabilities?: string[];
  hasNoNewPrivileges?: boolean;
  /** What the program lies in: a file, a file that was deleted, memory (memfd), or a place that anybody may write (`/tmp`). */
  executable: 'file' | 'deleted' | 'memory' | 'writable-place' | 'unknown';
  /** When the executable's inode changed last (ctime), milliseconds; where it may be looked at. */
  executableChangedMs?: number;
  /** It is of the container's image: as old as the other files there. False: it came or changed after the container began. */
  isOfImage?: boolean;
  /** Set-user-id or set-group-id bit, or file capabilities. */
  isPrivilegedFile?: boolean;
  /** Standard input, output and error. */
  streams?: [Stream, Stream, Stream];
  /** `address:port` of the far side, where a standard stream is a socket. */
  streamPeer?: string;
  /** LD_PRELOAD, LD_AUDIT and their like in its environment: names with paths. */
  preloads?: string[];
  /** `inject`: who does it. */
  by?: Program;
  /** `inject`: it traces, or holds the memory open; absent where that is not told. */
  means?: 'trace' | 'memory';
  /** `busy`: for how long; `terminate`: how long it lived. */
  seconds?: number;
  /** How it was found: read in `/proc`, or known by the opening of its file alone. */
  foundBy: 'proc' | 'open';
}

/** A listening socket that appeared or went. */
export interface SocketActivity extends EventBase<'socket'> {
  activity: 'listen' | 'close';
  localAddress: string;
  localPort: number;
  /** 6 TCP, 17 UDP. */
  protocol: number;
  /** Undefined where its owner cannot be known. */
  program?: Program;
  lineage?: Program[];
  userId: number;
}

/** What a file is to a container's safety. */
export type FileConcern =
  | 'accounts' | 'sudoers' | 'cron' | 'ssh-keys' | 'loader' | 'start-up' | 'credentials' | 'logs'
  | 'executable' | 'application' | 'certificates' | 'resolver';

/** A file that matters was changed, or read where reading matters; OCSF File System Activity (class 1001). */
export interface FileActivity extends EventBase<'file'> {
  activity: 'create' | 'update' | 'delete' | 'rename' | 'permissions' | 'open';
  /** As the container sees it. */
  path: string;
  concern: FileConcern;
  isExecutable: boolean;
  hasSetId: boolean;
  /** Who did it, where that can be known. */
  program?: Program;
  lineage?: Program[];
  sizeBytes?: number;
}
