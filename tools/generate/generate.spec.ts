// What the generators write, on small inputs; that the committed files are fresh is the gate's business.
import { describe, expect, it } from 'vitest';
import { errorsPage } from './errors-page.mjs';
import { flowchart } from './import-graph.mjs';
import { specReference } from './spec-reference.mjs';
import { stateDiagram } from './state-diagrams.mjs';

describe('stateDiagram', () => {
  it('begins with the first state and ends where there are no moves', () => {
    expect(stateDiagram({ a: ['b'], b: [] }).split('\n')).toEqual([
      '```mermaid',
      'stateDiagram-v2',
      '  [*] --> a',
      '  a --> b',
      '  b --> [*]',
      '```',
    ]);
  });
});

describe('flowchart', () => {
  it('groups packages by ring and does not depend on the order of the edges', () => {
    const edges = ['libs/persistence -> libs/contracts', 'workflows -> libs/contracts'];
    const drawn = flowchart(new Set(edges));
    expect(drawn).toBe(flowchart(new Set(edges.toReversed())));
    expect(drawn).toContain('subgraph Pure_ring["Pure ring"]\n    libs_contracts["libs/contracts"]\n  end');
    expect(drawn).toContain('  workflows --> libs_contracts');
  });
});

describe('errorsPage', () => {
  it('gives each code a row with the anchor that problem documents link to', () => {
    const page = errorsPage({
      'sweep/state': { status: 409, title: 'Other state', hint: 'Read it.', retryable: false },
    });
    expect(page).toContain('## sweep');
    expect(page).toContain('| <a id="sweep-state"></a>`sweep/state` | 409 | Other state | Read it. | no |');
  });
});

describe('specReference', () => {
  const page = specReference({
    type: 'object',
    required: ['n'],
    properties: {
      n: { type: 'integer', minimum: 1, maximum: 9, description: 'How | many.' },
      rule: {
        anyOf: [
          { type: 'object', properties: { type: { const: 'asha' }, eta: { type: 'number', default: 3 } } },
          { type: 'object', properties: { type: { const: 'median' } } },
        ],
      },
      parameters: { $ref: '#/$defs/Parameters' },
    },
    $defs: {
      Parameters: {
        type: 'object',
        additionalProperties: { anyOf: [{ $ref: '#/$defs/Uniform' }, { $ref: '#/$defs/Nested' }] },
      },
      Uniform: {
        type: 'object',
        properties: { distribution: { const: 'uniform' }, min: { type: 'number' } },
      },
      Nested: { type: 'object', properties: { parameters: { $ref: '#/$defs/Parameters' } } },
    },
  });

  it('states type, bounds, need and meaning of a key', () => {
    expect(page).toContain('| `n` | integer | ≥ `1`, ≤ `9` | **required** | How \\| many. |');
  });

  it('has a section for each variant, and for the values of any name, once', () => {
    expect([...page.matchAll(/^#+ (.*)$/gm)].map(([, title]) => title)).toEqual([
      'The sweep spec',
      'The document',
      '`rule`, type `asha`',
      '`rule`, type `median`',
      '`parameters.<name>`, distribution `uniform`',
      '`parameters.<name>`',
    ]);
  });
});
