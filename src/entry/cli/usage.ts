/** Errors of the command line as sentences: wrong usage with the nearest right word, and everything else that a run can end with. */
import type { Command } from 'commander';
import { FargazerError } from '#contract';
import { sanitize } from '../../alerting/text.ts';
import { suggestion } from '../../config/index.ts';
import { UsageFault } from './context.ts';

/** `fargazer baseline show`, for the head of a message. */
function fullName(command: Command): string {
  const names: string[] = [];
  for (let current: Command | null = command; current !== null; current = current.parent) names.unshift(current.name());
  return names.join(' ');
}

/** Long options of a command and its like, for suggestions. */
function optionNames(command: Command): string[] {
  return [...command.options.flatMap(({ long }) => (long === undefined || long === null ? [] : [long])), '--help'];
}

function commandNames(command: Command): string[] {
  return command.commands.map((child) => child.name());
}

function usageSentence({ command, fault }: UsageFault): string {
  const message = fault.message.replace(/^error: /, '');
  const quoted = /'([^]*)'/.exec(message)?.[1] ?? '';
  switch (fault.code) {
    case 'commander.unknownOption':
      return `there is no option ${quoted}${nearestOnly(quoted, optionNames(command))}`;
    case 'commander.unknownCommand':
      return `there is no command ${quoted}${suggestion(quoted, commandNames(command))}`;
    case 'commander.missingArgument':
      return `${quoted.toUpperCase()} is missing`;
    case 'commander.optionMissingArgument':
      return `the option ${quoted} needs a value`;
    case 'commander.missingMandatoryOptionValue':
      return `the option ${quoted} is missing`;
    case 'commander.invalidArgument': {
      const parts = /^(?:option '(?<option>[^']*)'|command-argument value '(?<value>[^]*?)' is invalid for argument '(?<name>[^']*)')(?: argument '(?<given>[^]*)' is invalid)?\.\s*(?<reason>[^]*)$/.exec(message);
      if (parts?.groups === undefined) return message;
      const { option, value, name, given, reason } = parts.groups;
      return `${option ?? name?.toUpperCase()}: ${reason}, found ${JSON.stringify(given ?? value)}`;
    }
    case 'commander.excessArguments':
      return `there is a word too many (${message.slice(message.lastIndexOf(': ') + 2).replace(/\.$/, '')})`;
    case 'commander.conflictingOption':
      return [...message.matchAll(/'(--[\w-]+)[^']*'/g)].map((match) => match[1]).join(' and ') + ' exclude each other';
    default:
      return message;
  }
}

function nearestOnly(word: string, words: readonly string[]): string {
  const hint = suggestion(word, words);
  return hint.includes('did you mean') ? hint : '';
}

export interface Ending {
  /** What is told on standard error; empty where everything was said. */
  text: string;
  status: number;
}

/** The last words of a run that ended by an error: sentences without escapes, and the trace where `isDebugging`. */
export function endingOf(error: unknown, isDebugging: boolean): Ending {
  const trace = isDebugging && error instanceof Error ? `${sanitizeLines(error.stack ?? '')}\n` : '';
  if (error instanceof UsageFault) {
    if (error.fault.exitCode === 0) return { text: '', status: 0 };
    const name = fullName(error.command);
    const sentence = asSentence(`${name}: ${usageSentence(error)}`);
    return { text: `${sanitize(sentence)} See ${name} --help.\n${trace}`, status: 2 };
  }
  if (error instanceof FargazerError) {
    return { text: `${sanitizeLines(asSentence(error.message))}\n${trace}`, status: error.exitStatus };
  }
  const message = error instanceof Error ? error.message : String(error);
  const advice = isDebugging ? '' : ' Run it again with FARGAZER_DEBUG=1 and report what it shows.';
  return { text: `${sanitize(asSentence(`This is a defect of fargazer itself: ${message}`))}${advice}\n${trace}`, status: 1 };
}

function asSentence(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

/** Sanitises text line by line, for what is meant to have several. */
export function sanitizeLines(text: string): string {
  return text.split('\n').map(sanitize).join('\n');
}
