/** What a kind of line says by itself: its level, and words that matter to whoever guards the service. */
import { severities, type Severity } from '#contract';

export interface LineWeight {
  severity: Severity;
  /** What its words tell, to complete "it tells of …"; absent where only the level speaks. */
  tells?: string;
  /** MITRE ATT&CK techniques that the words point to. */
  attack: string[];
}

interface Words {
  pattern: RegExp;
  tells: string;
  attack: string[];
  /** The least severity of a line with them; a line with a level is raised one step as well. */
  least: Severity;
}

/** The most telling first. No pattern repeats over what another part of it can match, so that hostile lines cost no more than others. */
const telling: readonly Words[] = [
  { pattern: /\b(?:curl|wget)\b[^|]{1,300}\| ?(?:sudo )?(?:ba|da|z|k)?sh\b/i, tells: 'a program fetched and run', attack: ['T1059.004', 'T1105'], least: 'high' },
  // A token with digits is masked, and so is `base64`.
  { pattern: /(?:\bbase64|\bopenssl enc|<\*>) (?:-d|-D|--decode)\b/, tells: 'hidden commands made readable', attack: ['T1140'], least: 'high' },
  { pattern: /\/dev\/(?:tcp|udp)\/|\bnc(?:at)? -\w{0,4}[ec]\b|\bbash -i\b/, tells: 'a shell opened to the outside', attack: ['T1059.004'], least: 'high' },
  { pattern: /\$\{(?:jndi|lower|upper|env|sys):/i, tells: 'a lookup smuggled into a message', attack: ['T1190'], least: 'high' },
  { pattern: /stratum\+(?:tcp|ssl):/i, tells: 'a mining pool', attack: ['T1496'], least: 'high' },
  { pattern: /\/etc\/(?:passwd|shadow|sudoers|gshadow)\b/, tells: 'files that hold accounts', attack: ['T1003.008'], least: 'high' },
  { pattern: /\.aws\/credentials|\.ssh\/(?:id_|authorized_keys)|\bid_(?:rsa|ed\w{0,8})\b|\.kube\/config|docker\.sock\b|serviceaccount\/token\b|\/proc\/(?:self|<\*>)\/environ/, tells: 'files that hold credentials', attack: ['T1552.001'], least: 'high' },
  { pattern: /\bsegfault\b|segmentation (?:fault|violation)|\bSIGSEGV\b|general protection|stack smashing|heap corruption|buffer overflow|double free/i, tells: 'memory used wrongly', attack: ['T1203'], least: 'high' },
  { pattern: /\bbreak-?in attempt\b|\bintrusion\b|\bexploit\b|\bmalware\b|\bbackdoor\b/i, tells: 'an attack, in its own words', attack: [], least: 'medium' },
  { pattern: /\.\.\/\.\.\/|%2e%2e(?:%2f|\/)|\bunion(?: all)? select\b|<script\b|\bxp_cmdshell\b|\bsleep\(<\*>\)/i, tells: 'input that attacks use', attack: ['T1190'], least: 'medium' },
  { pattern: /\b(?:audit\w{0,3}|logging|firewall|selinux|apparmor|antivirus|monitoring)\b.{0,24}\b(?:disabled|stopped|turned off|suspended)\b/i, tells: 'watching switched off', attack: ['T1562.001'], least: 'medium' },
  { pattern: /\b(?:useradd|usermod|groupadd|adduser|chpasswd|setuid|setcap)\b|\bnew (?:user|group)\b|\badded? .{0,40}\bto (?:the )?group\b|\bprivilege escalation\b/i, tells: 'accounts or rights changed', attack: ['T1136'], least: 'medium' },
  { pattern: /\bcommand=\S{0,40}\/(?:ba|da|z|k)?sh\b|\b(?:ba|da|z|k)?sh -c\b|\/bin\/(?:ba|da|z|k)?sh\b|\bcmd\.exe\b|\bpowershell\b/i, tells: 'a shell', attack: ['T1059'], least: 'medium' },
  {
    pattern: /\bauthenticat\w{2,5} (?:fail|error)\w{0,4}|\b(?:failed|invalid|illegal|wrong|bad|incorrect) (?:password|login|log-?in|user(?:name)?|credentials?|token|signature|publickey)\b|\blog-?in (?:failed|failure|incorrect)\b|\btoo many authentication\b|\bnot allowed because\b/i,
    tells: 'logins that failed',
    attack: ['T1110'],
    least: 'medium',
  },
  { pattern: /\baccepted (?:password|publickey|keyboard-interactive)\b|\bsession opened for user (?:root|admin)\b/i, tells: 'a login', attack: ['T1078'], least: 'low' },
  { pattern: /\b(?:permission|access)[ _-]?denied\b|\bunauthori[sz]ed\b|\bforbidden\b|\bnot authorized\b|\boperation not permitted\b|\bnot in sudoers\b/i, tells: 'rights that were missing', attack: [], least: 'medium' },
  { pattern: /\bout of memory\b|\boutofmemory|\boom-?kill|\bcannot allocate memory\b/i, tells: 'memory that ran out', attack: ['T1499'], least: 'medium' },
  { pattern: /\bno space left\b|\btoo many open files\b|\bcore dumped\b/i, tells: 'resources that ran out', attack: ['T1499'], least: 'medium' },
  { pattern: /\bcertificate\b.{0,40}\b(?:expired|invalid|unknown|verify failed|not trusted)\b|\bhost key verification failed\b|\bx\d?<?\*?>?: certificate\b/i, tells: 'a certificate that was not trusted', attack: ['T1557'], least: 'medium' },
];

/** Heads of crashes: what they name went past every handler. */
const crash = /^(?:panic|fatal|unhandled|uncaught|aborted|assertion failed|exception in thread|terminate called|thread .{1,60} panicked)\b|\b(?:unhandled|uncaught) (?:exception|error|rejection|promise)/i;
/** Heads of errors in the languages that services are written in: `java.lang.Error: x`, `TypeError: x`, `Traceback`, `Caused by:`. */
const exception = /^(?:Traceback\b|Caused by:|(?:[\w$]{1,60}\.){0,12}[\w$]{0,60}(?:Exception|Error)(?::|$))|\b(?:[A-Z][\w$]{1,60})?(?:Exception|Error)(?::|\b.{0,3}$)/;

/** A level in front, where nobody tells it apart. */
const leadingLevel = /^.{0,100}?(?:^|[\s[(|:-])(FATAL|CRITICAL|EMERG|PANIC|ERROR|SEVERE)(?![\w.=/-])|\blevel"?[=:] ?"?(fatal|panic|critical|error)\b/;
const fatal = new Set(['FATAL', 'CRITICAL', 'EMERG', 'PANIC', 'EMERGENCY', 'ALERT']);

function levelStep(template: string, severityText: string | undefined): number {
  if (severityText === undefined) {
    const found = leadingLevel.exec(template);
    const level = (found?.[1] ?? found?.[2])?.toUpperCase();
    return level === undefined ? 0 : fatal.has(level) ? 2 : 1;
  }
  return fatal.has(severityText) ? 2 : severityText === 'ERROR' ? 1 : 0;
}

function atLeast(step: number, least: Severity): number {
  return Math.max(step, severities.indexOf(least));
}

/** How much a line of this kind deserves to be seen by somebody: by its level, its head and its words; low for most. */
export function weighLine(template: string, severityText: string | undefined): LineWeight {
  let step = levelStep(template, severityText);
  if (exception.test(template)) step = atLeast(step, 'medium');
  if (crash.test(template)) step = atLeast(step, 'high');
  const words = telling.find(({ pattern }) => pattern.test(template));
  if (words === undefined) return { severity: severities[step] as Severity, attack: [] };
  // Critical is for what is certain; a line is only what a program says.
  const raised = Math.min(2, Math.max(step === 0 ? 0 : step + 1, severities.indexOf(words.least)));
  return { severity: severities[raised] as Severity, tells: words.tells, attack: words.attack };
}
