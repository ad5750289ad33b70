/** Programs that a line of shell names, as far as its text tells: `cd /x && curl -s u | sh` names `cd`, `curl` and `sh`. */

const wordLimit = 8;
/** Words of the language, and those that only run the next one. */
const passing = new Set(
  'if then else elif fi while until do done esac { } ! time exec command builtin eval env nohup setsid nice ionice timeout stdbuf xargs sudo'.split(' '),
);
/** What follows these is no program. */
const closing = new Set('[ [[ ] ]] test for case in set export local readonly unset return exit true false : trap wait shift'.split(' '));
const assignment = /^[A-Za-z_]\w*=/;
const word = /^[A-Za-z0-9_.+/-]{1,200}$/;

export function commandWords(code: string): string[] {
  const found = new Set<string>();
  for (const part of code.slice(0, 2_000).split(/\|\|?|&&?|;|\n|\(|\)|`/)) {
    const name = programOf(part.trim().split(/\s+/).slice(0, 12));
    if (name !== '') found.add(name);
    if (found.size >= wordLimit) break;
  }
  return [...found];
}

/** The program of one simple command; empty where it names none. */
function programOf(tokens: readonly string[]): string {
  for (let at = 0; at < tokens.length; at += 1) {
    const plain = tokens[at]!.replace(/^["']|["']$/g, '');
    if (closing.has(plain)) return '';
    // Where output goes is named by the next word.
    if (/^\d?[<>]{1,2}$/.test(plain)) at += 1;
    else if (plain !== '' && !assignment.test(plain) && !passing.has(plain) && !/^[-<>\d]/.test(plain)) {
      return word.test(plain) ? plain.slice(plain.lastIndexOf('/') + 1).slice(0, 32) : '';
    }
  }
  return '';
}
