/** Two facts about processes that several of us need. */

/** USER_HZ: clock ticks a second, the same on every Linux that Node.js runs on. */
export const ticksPerSecond = 100;

/** Node.js names its first thread so, a moment after its start; its program is told by its file's name. */
export const mainThreadName = 'MainThread';
