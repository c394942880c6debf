/** The spec the editor starts with: runs on any node with Node.js, without a GPU. */
export const exampleSpec = `name: first-sweep
method: bayes
metric:
  name: loss
  goal: minimize
parameters:
  lr:
    distribution: log_uniform_values
    min: 0.0001
    max: 1
  momentum:
    distribution: uniform
    min: 0
    max: 0.99
command:
  - node
  - -e
  - |
    const { appendFileSync, readFileSync } = require('node:fs');
    const { lr, momentum } = JSON.parse(readFileSync(process.env.SWATH_PARAMETERS, 'utf8'));
    const miss = (Math.log10(lr) + 2) ** 2 + (momentum - 0.8) ** 2;
    appendFileSync(process.env.SWATH_METRICS, JSON.stringify({ step: 1, loss: miss }) + '\\n');
budget:
  max_trials: 20
  max_cost: '1'
`;
