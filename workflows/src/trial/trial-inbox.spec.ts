import { describe, expect, it } from 'vitest';
import { TrialInbox } from './trial-inbox.js';

describe('TrialInbox', () => {
  it('asks for a first look', () => {
    expect(new TrialInbox(1).hasNews).toBe(true);
  });

  it('takes the end of the awaited attempt as news, until a look begins', () => {
    const inbox = new TrialInbox(1);
    inbox.beginLook();
    inbox.noteEnded(1);
    expect(inbox.hasNews).toBe(true);
    inbox.beginLook();
    expect(inbox.hasNews).toBe(false);
  });

  it('ignores the end of an attempt before the awaited one', () => {
    const inbox = new TrialInbox(1);
    inbox.beginLook();
    inbox.await(2);
    inbox.noteEnded(1);
    expect(inbox.hasNews).toBe(false);
  });

  it('keeps the end of a later attempt that is told while a look is under way', () => {
    const inbox = new TrialInbox(1);
    inbox.beginLook();
    inbox.noteEnded(1);
    inbox.beginLook();
    inbox.noteEnded(2);
    inbox.await(2);
    expect(inbox.hasNews).toBe(true);
    expect(inbox.attempt).toBe(2);
  });

  it('keeps the end of an attempt that nobody has enqueued yet as far as it knows', () => {
    const inbox = new TrialInbox(1);
    inbox.beginLook();
    inbox.noteEnded(3);
    expect(inbox.hasNews).toBe(true);
  });
});
