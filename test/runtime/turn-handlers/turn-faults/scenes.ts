/** Sessions and responses of a faulty service, by the names in `turn-faults.json`. */
import type { ServerResponse } from 'node:http';
import { data, json, reset, resetInBody, sse } from '../../session-client/loopback-service';
import type { ReceivedRequest } from '../../session-client/sigv4-verifier';

type Place = 'session' | 'items' | 'stream';
interface SceneItem {
  id: string | null;
  turn_id: string | null;
  type: string;
  [member: string]: unknown;
}

/** Answers one request wrongly, or never. */
export function answerWith(fault: string, response: ServerResponse): void {
  if (/^\d{3}$/.test(fault) && fault !== '101') return json(response, Number(fault), {});
  switch (fault) {
    case '101':
      response.socket?.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n');
      return;
    case 'reset':
      return reset(response);
    case 'cut':
      return resetInBody(response, '{"data":[');
    case 'hang':
      return;
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
      return;
    case 'half-json':
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":[{"id":"i');
      return;
    case 'wrong-shape':
      return json(response, 200, { data: [null], id: 7 });
    case 'endless-headers':
    case 'comments':
    case 'flood': {
      if (fault === 'endless-headers') response.socket?.write('HTTP/1.1 200 OK\r\n');
      else sse(response);
      const line =
        fault === 'flood'
          ? data({ type: 'x' }).repeat(20)
          : fault === 'comments'
            ? ': here\n\n'
            : `x-${'a'.repeat(99)}: b\r\n`;
      const to = fault === 'endless-headers' ? response.socket : response;
      const more = setInterval(() => (to?.writable ? to.write(line) : clearInterval(more)), 2);
      response.on('close', () => clearInterval(more));
      return;
    }
    case 'silent':
      sse(response);
      return;
    default:
      throw new Error(`no such fault: ${fault}`);
  }
}

export interface ServedConversation {
  time(when: 'before' | 'after' | 'evidence'): void;
  answer(at: Place, request: ReceivedRequest, response: ServerResponse): void;
}

/** An earlier turn `t1` (and many before it, if the name says `long`), then `t2`, changed as the name says. */
export function playConversation(
  name: string,
  { terminal, late = 0, sameText = false }: { terminal?: string; late?: number; sameText?: boolean },
): ServedConversation {
  const has = (...words: string[]) => words.some((word) => name.includes(word));
  let serial = 0;
  const noIds = has('item ids are null', 'neither item', 'without any ids');
  const noTurns = has('turn ids are null', 'neither item', 'without any ids', 'nothing has a turn id');
  const item = (turn: string, more: object): SceneItem => ({
    id: noIds ? null : has('ids are empty') ? '' : `item_${++serial}`,
    turn_id: noTurns ? null : turn,
    type: 'message',
    ...more,
  });
  const said = (turn: string, role: string, text: string) =>
    item(turn, {
      role,
      content: [{ type: role === 'user' ? 'input_text' : 'output_text', text }],
      ...(role === 'assistant' ? { phase: 'final_answer' } : {}),
    });
  const turnOf = (turn: string, ask: string, answer?: string) => [
    said(turn, 'user', ask),
    item(turn, { type: 'command_execution', command: 'ls', output: 'a file' }),
    ...(answer === undefined ? [] : [said(turn, 'assistant', answer)]),
  ];
  const long = has('long,') || has('earlier item larger');
  const earlier = Array.from({ length: long ? 60 : 0 }, (_, n) =>
    turnOf(`t1-${n}`, `ask ${n}`, `old answer ${n}`),
  ).flat();
  let items: SceneItem[] = [...earlier, ...turnOf('t1', 'the question', 'old answer')];
  if (has('earlier item larger')) items[4]['output'] = 'x'.repeat(200_000);
  let status = 'idle';
  let looks = 0;
  let changed = false;

  const change = () => {
    const answer = has('no answer') ? undefined : sameText ? 'old answer' : 'new answer';
    let own = turnOf('t2', has('shown trimmed') ? 'the\r\nquestion' : 'the question', answer);
    if (has('message not shown')) own = own.slice(1);
    if (has('somebody else')) {
      own.push(...turnOf('t3', 'a message of somebody else', 'the answer of somebody else'));
    }
    if (has('an item larger')) own[1]['output'] = 'x'.repeat(200_000);
    if (has('the answer is larger')) own.at(-1)!['content'] = [{ type: 'output_text', text: 'x"\\'.repeat(50_000) }];
    if (has('large together', 'large')) {
      const one = () => item('t2', { type: 'command_execution', output: 'y'.repeat(20_000) });
      if (name === 'large' || has('large together')) own.splice(1, 0, ...Array.from({ length: 30 }, one));
    }
    if (has('odd')) {
      own.splice(1, 0, item('t2', { type: 'message', role: 'assistant', content: null }));
      own.splice(
        1,
        0,
        item('t2', { type: 'toString' }),
        item('t2', { type: 'message', role: 'user', content: 'text' }),
      );
    }
    if (has('marked item gone')) items.pop();
    if (has('earlier items gone')) items = [];
    if (has('known items gone')) items.splice(-100);
    items.push(...own);
    if (has('renumbered')) for (const entry of items) entry.id = `other_${entry.id ?? ''}`;
    if (has('without turns')) for (const entry of items) entry.turn_id = null;
    status = has('session has failed') ? 'failed' : terminal === undefined ? 'idle' : 'in_progress';
  };

  return {
    time(when) {
      if (when === 'after') change();
      changed ||= when === 'after';
      if (when === 'evidence') looks = 0;
    },
    answer(at, request, response) {
      const url = new URL(request.target, 'http://host');
      if (at === 'session') {
        json(response, 200, { id: 's1', status });
        // After the first poll with a terminal event, the session is idle.
        if (status === 'in_progress') status = 'idle';
      } else if (at === 'stream') {
        sse(response);
        const ids = { t2: ['t2'], t0: ['t1'], 't1 then t2': ['t1', 't2'], none: [undefined] }[terminal ?? ''] ?? [];
        for (const id of ids) {
          response.write(data({ type: 'agent.session.turn.completed', turn: id ? { id } : {}, usage: null }));
        }
      } else {
        const hidden = late > 0 && looks++ < late ? items.filter((entry) => entry['phase'] === undefined) : items;
        page(changed ? name : 'as it should be', response, url, hidden);
      }
    },
  };
}

function page(name: string, response: ServerResponse, url: URL, items: readonly SceneItem[]): void {
  const asked = url.searchParams.get('order') === 'asc' || name.includes('oldest first');
  const ordered = asked ? items : [...items].reverse();
  const size = name.startsWith('pages') ? 2 : Number(url.searchParams.get('limit') ?? 20);
  const after = url.searchParams.get('after');
  let start = after === null ? 0 : ordered.findIndex(({ id }) => id === after) + 1;
  if (name.includes('repeat items') && start > 0) start -= 1;
  if (name.includes('circle') && start >= 4) start = 0;
  const part = ordered.slice(start, start + size);
  const more = start + part.length < ordered.length;
  json(response, 200, {
    object: 'list',
    data: part,
    has_more: more,
    first_id: part[0]?.id ?? null,
    last_id: name.includes('no cursor') ? null : (part.at(-1)?.id ?? null),
  });
}
