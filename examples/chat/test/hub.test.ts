import type { PreparedMessage } from '@sanssocket/codec';
import { describe, expect, it } from 'vitest';
import { Hub, type Member } from '../src/hub.js';
import type { ServerMessage } from '../src/protocol.js';

/** A member with room for some messages. */
class Listener implements Member {
  readonly heard: ServerMessage[] = [];
  dropped = false;
  onDrop = (): void => {};
  room: number;

  constructor(room = Number.POSITIVE_INFINITY) {
    this.room = room;
  }

  deliver(message: PreparedMessage): boolean {
    if (this.heard.length === this.room) return false;
    this.heard.push(JSON.parse(new TextDecoder().decode(message.payload)) as ServerMessage);
    return true;
  }

  drop(): void {
    this.dropped = true;
    this.onDrop();
  }
}

const say = (text: string): ServerMessage => ({ type: 'said', id: 1, name: 'ada', text, at: 0 });

describe('Hub', () => {
  it('tells those who are here who comes and goes, and why', () => {
    const hub = new Hub();
    const [ada, bob] = [new Listener(), new Listener()];
    expect(hub.register(ada, 'ada')).toEqual({ id: 1, name: 'ada' });
    hub.register(bob, 'bob');
    expect(hub.people).toEqual([
      { id: 1, name: 'ada' },
      { id: 2, name: 'bob' },
    ]);
    hub.unregister(bob, 'had enough');
    hub.unregister(bob, 'twice');
    expect(ada.heard).toEqual([
      { type: 'joined', id: 2, name: 'bob' },
      { type: 'left', id: 2, name: 'bob', reason: 'had enough' },
    ]);
    expect(bob.heard).toEqual([]);
    expect([hub.personOf(ada)?.name, hub.personOf(bob)]).toEqual(['ada', undefined]);
  });

  it('sends to everyone, the speaker included', () => {
    const hub = new Hub();
    const members = [new Listener(), new Listener(), new Listener()];
    for (const member of members) hub.register(member, 'x');
    hub.broadcast(say('hello'));
    for (const { heard } of members) expect(heard.at(-1)).toEqual(say('hello'));
  });

  it('gives no name twice, in whatever letter case', () => {
    const hub = new Hub();
    const names = ['Ada', 'ada', 'ADA', 'ada 2'].map((name) => hub.register(new Listener(), name).name);
    expect(names).toEqual(['Ada', 'ada 2', 'ADA 3', 'ada 2 2']);
  });

  it('drops a member that has no room, and tells the others after the message', () => {
    const hub = new Hub();
    const [ada, slow, bob] = [new Listener(), new Listener(1), new Listener()];
    for (const [member, name] of [
      [ada, 'ada'],
      [slow, 'slow'],
      [bob, 'bob'],
    ] as const)
      hub.register(member, name);
    hub.broadcast(say('one too many'));
    const left: ServerMessage = { type: 'left', id: 2, name: 'slow', reason: 'too slow' };
    expect(slow.dropped).toBe(true);
    expect(ada.heard.slice(-2)).toEqual([say('one too many'), left]);
    expect(bob.heard).toEqual([say('one too many'), left]);
  });

  it('keeps one order for all when dropping one fills the next', () => {
    const hub = new Hub();
    const members = Array.from({ length: 5 }, () => new Listener());
    for (const member of members) {
      member.onDrop = () => hub.unregister(member, 'again');
      hub.register(member, 'm');
    }
    for (const [index, room] of [5, 2, 0, 1, 5].entries()) {
      members[index]!.heard.length = 0;
      members[index]!.room = room;
    }
    hub.broadcast(say('a'));
    hub.broadcast(say('b'));
    expect(members.map(({ dropped }) => dropped)).toEqual([false, true, true, true, false]);
    expect(members[0]!.heard.map(({ type }) => type)).toEqual(['said', 'left', 'left', 'left', 'said']);
    expect(members[0]!.heard).toEqual(members[4]!.heard);
    expect(hub.people.map(({ id }) => id)).toEqual([1, 5]);
  });
});
