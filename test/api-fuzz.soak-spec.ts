import { afterAll, beforeAll, expect, it } from 'vitest';
import { Product } from './support/product.js';
import { fuzz } from './support/schemathesis.js';

let product: Product;
beforeAll(async () => {
  product = await Product.start({ agents: [1] });
}, 300_000);
afterAll(() => product.stop());

it('answers as documented to many requests with any ids', async () => {
  const { code, output } = await fuzz(product, {}, 40);
  expect(code, `${output.slice(-8_000)}\n${product.log('api')}`).toBe(0);
}, 1_800_000);
