import type { WireContext } from './wire-context.js';
export async function artifactNodeById(_id: string, _context: WireContext): Promise<object | null> {
  return Promise.resolve(null);
}
