import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventReader } from './command-stream.js';

function read(chunks: readonly (string | Buffer)[]): string[] {
  const events: string[] = [];
  const reader = eventReader((data) => events.push(data));
  for (const chunk of chunks) reader(Buffer.from(chunk));
  return events;
}

describe('eventReader', () => {
  it.each<[string, string, string[]]>([
    ['one event', 'data: {"a":1}\n\n', ['{"a":1}']],
    ['no space after the colon', 'data:x\n\n', ['x']],
    ['several lines of data', 'data: a\ndata: b\n\n', ['a\nb']],
    ['comments and other fields', ': hello\nevent: command\nid: 4\nretry: 100\ndata: x\n\n', ['x']],
    ['line ends of Windows', 'data: x\r\n\r\ndata: y\r\n\r\n', ['x', 'y']],
    ['an event that is not finished', 'data: x\n', []],
    ['blank lines alone', '\n\n\n', []],
  ])('reads %s', (_what, text, events) => {
    expect(read([text])).toEqual(events);
  });

  it('reads the same events however the bytes are cut', () => {
    const bytes = Buffer.from('data: {"größe":"😀"}\n\n: ping\n\ndata: 2\n\n');
    fc.assert(
      fc.property(fc.array(fc.nat(10), { maxLength: 20 }), (cuts) => {
        const chunks: Buffer[] = [];
        let at = 0;
        for (const cut of cuts) chunks.push(bytes.subarray(at, (at += cut)));
        chunks.push(bytes.subarray(at));
        expect(read(chunks)).toEqual(['{"größe":"😀"}', '2']);
      }),
    );
  });
});
