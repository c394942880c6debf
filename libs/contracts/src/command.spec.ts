import { describe, expect, it } from 'vitest';
import { commandArgsJson, defaultCommand, expandCommand } from './command.js';
import type { CommandContext } from './command.js';

const context: CommandContext = {
  parameters: {
    lr: 0.00001,
    layers: 3,
    bias: true,
    norm: false,
    name: 'a b',
    none: null,
    opt: { lr: 0.1, kind: "it's" },
  },
  program: 'train.py',
  interpreter: 'python',
  environment: { HOME: '/home/u', EMPTY: '' },
  argsJsonFile: '/run/args.json',
};

describe('expandCommand', () => {
  it('expands the default command to an argument vector', () => {
    expect(expandCommand(defaultCommand, { ...context, parameters: { lr: 0.1 } })).toEqual([
      '/usr/bin/env',
      'python',
      'train.py',
      '--lr=0.1',
    ]);
  });

  // Expected values come from running create_sweep_command_args of wandb 0.31.0 on the same parameters.
  it.each<[string, string[]]>([
    [
      '${args}',
      [
        '--lr=1e-05',
        '--layers=3',
        '--bias=True',
        '--norm=False',
        '--name=a b',
        '--none=None',
        `--opt={'lr': 0.1, 'kind': "it's"}`,
      ],
    ],
    [
      '${args_no_equals}',
      [
        '--lr',
        '1e-05',
        '--layers',
        '3',
        '--bias',
        'True',
        '--norm',
        'False',
        '--name',
        'a b',
        '--none',
        'None',
        '--opt',
        `{'lr': 0.1, 'kind': "it's"}`,
      ],
    ],
    [
      '${args_no_hyphens}',
      [
        'lr=1e-05',
        'layers=3',
        'bias=True',
        'norm=False',
        'name=a b',
        'none=None',
        `opt={'lr': 0.1, 'kind': "it's"}`,
      ],
    ],
    [
      '${args_append_hydra}',
      [
        '+lr=1e-05',
        '+layers=3',
        '+bias=True',
        '+norm=False',
        '+name=a b',
        '+none=None',
        `+opt={'lr': 0.1, 'kind': "it's"}`,
      ],
    ],
    [
      '${args_override_hydra}',
      [
        '++lr=1e-05',
        '++layers=3',
        '++bias=True',
        '++norm=False',
        '++name=a b',
        '++none=None',
        `++opt={'lr': 0.1, 'kind': "it's"}`,
      ],
    ],
    [
      '${args_no_boolean_flags}',
      [
        '--lr=1e-05',
        '--layers=3',
        '--bias',
        '--name=a b',
        '--none=None',
        `--opt={'lr': 0.1, 'kind': "it's"}`,
      ],
    ],
    [
      '${args_dotted}',
      [
        '--lr=1e-05',
        '--layers=3',
        '--bias=True',
        '--norm=False',
        '--name=a b',
        '--none=None',
        '--opt.lr=0.1',
        "--opt.kind=it's",
      ],
    ],
    [
      '${args_dotted_no_hyphens}',
      [
        'lr=1e-05',
        'layers=3',
        'bias=True',
        'norm=False',
        'name=a b',
        'none=None',
        'opt.lr=0.1',
        "opt.kind=it's",
      ],
    ],
    ['${args_json}', [commandArgsJson(context.parameters)]],
    ['${args_json_file}', ['/run/args.json']],
    ['${program}', ['train.py']],
    ['${interpreter}', ['python']],
    ['${env}', ['/usr/bin/env']],
    ['${unknown}', []],
    ['x${program}', ['x${program}']],
    ['--home=${envvar:HOME}/x', ['--home=/home/u/x']],
    ['${envvar:EMPTY}', ['']],
    ['${envvar:NOT_SET}', ['NOT_SET']],
    ['${envvar:HOME}:${envvar:HOME}', ['/home/u:/home/u']],
    ['${envvar:lower}', []],
    ['plain; rm -rf $HOME', ['plain; rm -rf $HOME']],
  ])('expands %s as the W&B agent does', (macro, expected) => {
    expect(expandCommand([macro], context)).toEqual(expected);
  });

  it('drops the program macro when the sweep has no program', () => {
    expect(expandCommand(['run', '${program}'], { ...context, program: undefined })).toEqual(['run']);
  });

  it.each<[number, string]>([
    [0, '0'],
    [-0.5, '-0.5'],
    [0.0001, '0.0001'],
    [0.00012, '0.00012'],
    [0.000012, '1.2e-05'],
    [1e-10, '1e-10'],
    [1e-100, '1e-100'],
    [1234567890123456, '1234567890123456'],
    [1e16, '1e+16'],
    [1.5e21, '1.5e+21'],
  ])('writes the number %s as Python does', (value, text) => {
    expect(expandCommand(['${args_no_hyphens}'], { ...context, parameters: { x: value } })).toEqual([
      `x=${text}`,
    ]);
  });

  it.each<[unknown, string]>([
    [['a', 1, null, true], "['a', 1, None, True]"],
    [{ k: 'both \' and "' }, `{'k': 'both \\' and "'}`],
    [{ k: 'tab\tline\nbell\u0007back\\' }, "{'k': 'tab\\tline\\nbell\\x07back\\\\'}"],
    [{}, '{}'],
    [[], '[]'],
  ])('writes the structure %j as Python does', (value, text) => {
    const parameters = { x: value } as CommandContext['parameters'];
    expect(expandCommand(['${args_no_hyphens}'], { ...context, parameters })).toEqual([`x=${text}`]);
  });
});
