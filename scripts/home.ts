/** Where the project stands. */
import { dirname } from 'node:path';

export const home = dirname(import.meta.dirname);
