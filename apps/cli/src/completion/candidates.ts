// What may stand next on a command line, from the command tree itself: commands, flags, choices of a flag, or ids of an argument. Pure;
// `commands/completion.ts` prints it for the shells.
import type { Command } from 'commander';

/** What a shell may offer for the last word. */
export interface Candidates {
  readonly words: readonly string[];
  /** The argument whose ids would fit as well. */
  readonly argument: 'sweep' | null;
}

const nothing: Candidates = { words: [], argument: null };

/** Candidates for the last of `words`, which may be empty or half written. */
export function candidatesOf(program: Command, words: readonly string[]): Candidates {
  const last = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const { command, used } = commandAt(program, before);
  const flag = command.options.find(({ long, short }) => [long, short].includes(before.at(-1)));
  if (flag !== undefined && (flag.required || flag.optional)) {
    return { words: startingWith(flag.argChoices ?? [], last), argument: null };
  }
  if (last.startsWith('-')) {
    const flags = command.options.filter(({ hidden }) => !hidden).map(({ long }) => long ?? '');
    return { words: startingWith([...flags, '--help'], last), argument: null };
  }
  const inner = command.commands.filter((each) => !isHidden(each)).map((each) => each.name());
  if (inner.length > 0) return { words: startingWith(inner, last), argument: null };
  const argument = command.registeredArguments[Math.min(used, command.registeredArguments.length - 1)];
  return argument?.name() === 'sweep' ? { words: [], argument: 'sweep' } : nothing;
}

/** The command that the words lead to, and how many of its arguments they give. */
function commandAt(program: Command, words: readonly string[]): { command: Command; used: number } {
  let command = program;
  let used = 0;
  let isValue = false;
  for (const word of words) {
    if (isValue) {
      isValue = false;
      continue;
    }
    if (word.startsWith('-')) {
      const flag = command.options.find(({ long, short }) => long === word || short === word);
      isValue = flag?.required === true;
      continue;
    }
    const inner = command.commands.find((each) => each.name() === word || each.aliases().includes(word));
    if (inner === undefined) used += 1;
    else [command, used] = [inner, 0];
  }
  return { command, used };
}

/** Commands for shells start with an underscore and stand in no help. */
function isHidden(command: Command): boolean {
  return command.name().startsWith('_');
}

function startingWith(words: readonly string[], start: string): string[] {
  return words.filter((word) => word.startsWith(start));
}
