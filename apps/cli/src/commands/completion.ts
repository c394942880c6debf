// `swath completion SHELL` prints what the shell evaluates; `swath __complete` answers it while a person types.
import { Argument, type Command } from 'commander';
import { candidatesOf } from '../completion/candidates.js';
import { contextOf } from '../context.js';
import type { Host } from '../host.js';

const scripts = {
  bash: `_swath() {
  local IFS=$'\n'
  COMPREPLY=($(swath __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _swath swath
`,
  zsh: `#compdef swath
_swath() {
  local -a found
  found=("\${(@f)$(swath __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$found[1]" ]]; then compadd -a found; else _files; fi
}
compdef _swath swath
`,
  fish: `complete -c swath -a '(swath __complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`,
} as const;

/** Newest sweeps that are offered. */
const MOST_IDS = 50;

/** Adds both. */
export function addCompletion(program: Command, host: Host): void {
  program
    .command('completion')
    .description('print what makes a shell complete commands, flags and sweep ids')
    .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(scripts)))
    .addHelpText(
      'after',
      '\nExamples:\n  eval "$(swath completion bash)"\n  swath completion fish > ~/.config/fish/completions/swath.fish',
    )
    .action((shell: keyof typeof scripts) => {
      host.stdout.write(scripts[shell]);
    });
  program
    .command('__complete [words...]', { hidden: true })
    .allowUnknownOption()
    .action(async (words: string[]) => {
      const { words: found, argument } = candidatesOf(program, words);
      const ids = argument === null ? [] : await sweepIds(host, words.at(-1) ?? '');
      host.stdout.write([...found, ...ids].map((word) => `${word}\n`).join(''));
    });
}

/** Ids of the newest sweeps; none without a server or a key: a shell cannot show why. */
async function sweepIds(host: Host, start: string): Promise<string[]> {
  try {
    const { api, settings } = contextOf(host, {});
    const project = settings().project?.value;
    const { data } = await api().call('listSweeps', { query: { limit: MOST_IDS, project } });
    return data.map(({ id }) => id).filter((id) => id.startsWith(start));
  } catch {
    return [];
  }
}
