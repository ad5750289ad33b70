/** All attacks of the range. */
import type { Attack } from '../attack.ts';
import { files } from './files.ts';
import { logs } from './logs.ts';
import { network } from './network.ts';
import { privilege } from './privilege.ts';
import { programs } from './programs.ts';
import { shells } from './shells.ts';

export const attacks: readonly Attack[] = [...shells, ...programs, ...privilege, ...files, ...network, ...logs];
