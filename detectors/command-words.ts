/** Programs that a line of shell names, as far as its text tells: `cd /x && curl -s u | sh` names `cd`, `curl` and `sh`. */

const wordLimit = 8;
/** Words of the language, and those that only run the next one. */
const passing = new Set([
  'if', 'then', 'else', 'elif', 'fi', 'while', 'until', 'for', 'do', 'done', 'case', 'esac', 'in', '{', '}', '!', '[', '[[', ']', ']]', 'time', 'exec', 'command', 'builtin', 'eval', 'env', 'nohup',
  'setsid', 'nice', 'ionice', 'timeout', 'stdbuf', 'xargs', 'sudo', 'set', 'export', 'local', 'readonly', 'unset', 'return', 'exit', 'true', 'false', ':', 'test', 'trap', 'wait', 'shift',
]);
const assignment = /^[A-Za-z_]\w*=/;
const word = /^[A-Za-z0-9_.+/-]{1,200}$/;

export function commandWords(code: string): string[] {
  const found = new Set<string>();
  for (const part of code.slice(0, 2_000).split(/\|\|?|&&?|;|\n|\(|\)|`/)) {
    for (const token of part.trim().split(/\s+/).slice(0, 12)) {
      const plain = token.replace(/^["']|["']$/g, '');
      if (plain === '' || assignment.test(plain) || passing.has(plain) || /^[-<>\d]/.test(plain)) continue;
      if (word.test(plain)) found.add(plain.slice(plain.lastIndexOf('/') + 1).slice(0, 32));
      break;
    }
    if (found.size >= wordLimit) break;
  }
  found.delete('');
  return [...found];
}
