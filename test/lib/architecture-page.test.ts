import * as fs from 'fs';
import * as path from 'path';

const LIB = path.join(__dirname, '../../lib');

/** `folder → folders that its files import`, from the import statements; the files of lib/ itself only export. */
function importsOfFolders(): Map<string, Set<string>> {
  const folders = new Map<string, Set<string>>();
  for (const file of fs.readdirSync(LIB, { recursive: true, encoding: 'utf8' })) {
    const [folder, ...inside] = file.split(path.sep);
    if (!inside.length || !file.endsWith('.ts')) {
      continue;
    }
    const used = folders.get(folder) ?? new Set();
    for (const [, from] of fs.readFileSync(path.join(LIB, file), 'utf8').matchAll(/\bfrom '(\.[^']*)'/g)) {
      const [other] = path.relative(LIB, path.join(LIB, path.dirname(file), from)).split(path.sep);
      if (other !== folder) {
        used.add(other);
      }
    }
    folders.set(folder, used);
  }
  return folders;
}

// That imports point one way is checked by lint (eslint.boundaries.mjs).
test('docs/architecture.md draws every folder of lib/ and no arrow that the code does not have', () => {
  const folders = importsOfFolders();
  const page = fs.readFileSync(path.join(LIB, '../docs/architecture.md'), 'utf8');
  const [, drawing] = /```mermaid\n([\s\S]*?)```/.exec(page)!;
  const ground = ['facts', 'validation', 'injection', 'lifecycle', 'development', 'quotas'];
  for (const folder of folders.keys()) {
    expect(drawing).toMatch(
      ground.includes(folder) ? new RegExp(`\\b${folder}\\b`) : new RegExp(`^ +${folder}\\[`, 'm'),
    );
  }
  const lines = drawing.split('\n').filter((text) => text.includes(' --> '));
  expect(lines).not.toHaveLength(0);
  for (const line of lines) {
    const way = line.trim().split(' --> ');
    way.slice(1).forEach((to, index) => {
      const used = [...folders.get(way[index])!];
      const arrow = `${way[index]} --> ${to}`;
      const drawn = to === 'ground' ? used.some((folder) => ground.includes(folder)) : used.includes(to);
      expect({ arrow, drawn }).toEqual({ arrow, drawn: true });
    });
  }
});
