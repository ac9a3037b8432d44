import * as fs from 'fs';
import * as path from 'path';

const LIB = path.join(__dirname, '../../lib');

/** `room → rooms that its files import`, from the import statements; the files of lib/ itself only export. */
function importsOfRooms(): Map<string, Set<string>> {
  const rooms = new Map<string, Set<string>>();
  for (const file of fs.readdirSync(LIB, { recursive: true, encoding: 'utf8' })) {
    const [room, ...inside] = file.split(path.sep);
    if (!inside.length || !file.endsWith('.ts')) {
      continue;
    }
    const used = rooms.get(room) ?? new Set();
    for (const [, from] of fs.readFileSync(path.join(LIB, file), 'utf8').matchAll(/\bfrom '(\.[^']*)'/g)) {
      const [other] = path.relative(LIB, path.join(LIB, path.dirname(file), from)).split(path.sep);
      if (other !== room) {
        used.add(other);
      }
    }
    rooms.set(room, used);
  }
  return rooms;
}

test('the rooms of lib/ use each other in one direction only', () => {
  const rooms = importsOfRooms();
  const built = new Set<string>();
  const next = () => [...rooms].filter(([room, used]) => !built.has(room) && [...used].every((one) => built.has(one)));
  for (let ready = next(); ready.length; ready = next()) {
    ready.forEach(([room]) => built.add(room));
  }
  // What is left imports, directly or through others, itself.
  const circles = [...rooms]
    .filter(([room]) => !built.has(room))
    .map(([room, used]) => `${room} → ${[...used].join(', ')}`);
  expect(circles).toEqual([]);
});

test('the checks know no construct: they use facts, names of actions, declarations and error texts', () => {
  const rooms = importsOfRooms();
  expect([...rooms.get('security')!].sort()).toEqual([
    'contracts',
    'declaration',
    'facts',
    'identity',
    'network', // The type of a parameter of Declaration.
    'validation',
  ]);
  // Who reads templates may read them the same way; no construct may.
  const users = [...rooms].filter(([, used]) => used.has('security')).map(([room]) => room);
  expect(users.filter((room) => room !== 'cost')).toEqual([]);
});

test('docs/architecture.md draws every room and no arrow that the code does not have', () => {
  const rooms = importsOfRooms();
  const page = fs.readFileSync(path.join(LIB, '../docs/architecture.md'), 'utf8');
  const [, drawing] = /```mermaid\n([\s\S]*?)```/.exec(page)!;
  const ground = ['facts', 'validation', 'injection'];
  for (const room of rooms.keys()) {
    expect(drawing).toMatch(ground.includes(room) ? new RegExp(`\\b${room}\\b`) : new RegExp(`^ +${room}\\[`, 'm'));
  }
  for (const line of drawing.split('\n').filter((text) => text.includes(' --> '))) {
    const way = line.trim().split(' --> ');
    way.slice(1).forEach((to, index) => {
      const used = [...rooms.get(way[index])!];
      const arrow = `${way[index]} --> ${to}`;
      const drawn = to === 'ground' ? used.some((room) => ground.includes(room)) : used.includes(to);
      expect({ arrow, drawn }).toEqual({ arrow, drawn: true });
    });
  }
});
