import { describe, expect, it } from 'vitest';
import { inNameOrder } from './parameter-order.js';

describe('inNameOrder', () => {
  it('sorts names, nested ones too, and leaves values as they are', () => {
    const read = { a: 1, lr: 2, net: { z: [3, 1], depth: null }, batch_size: 'x' };
    expect(JSON.stringify(inNameOrder(read))).toBe(
      '{"a":1,"batch_size":"x","lr":2,"net":{"depth":null,"z":[3,1]}}',
    );
  });
});
