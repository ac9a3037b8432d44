import * as fs from 'node:fs';
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node } from 'yaml';
import { TEMPLATE_YAML } from '../model/yaml-template';

/** Finds the lines of template files. A file is parsed when its first line is asked for: JSON is YAML, too. */
export class TemplateLines {
  private readonly files = new Map<string, { readonly contents: unknown; readonly lines: LineCounter }>();

  /**
   * The line of a place, or of the closest thing around it that the file has.
   *
   * @param path from the root: `['Resources', 'Role', 'Properties']`
   */
  public lineOf(file: string, path: readonly string[]): number {
    const { contents, lines } = this.parse(file);
    let [node, offset] = [contents, 0];
    for (const segment of path) {
      const found = memberOf(node, segment);
      if (!found) {
        break;
      }
      [node, offset] = [found.value, found.offset];
    }
    return lines.linePos(offset).line;
  }

  private parse(file: string) {
    let parsed = this.files.get(file);
    if (!parsed) {
      const lines = new LineCounter();
      const { contents } = parseDocument(fs.readFileSync(file, 'utf8'), { ...TEMPLATE_YAML, lineCounter: lines });
      parsed = { contents, lines };
      this.files.set(file, parsed);
    }
    return parsed;
  }
}

function memberOf(node: unknown, segment: string): { readonly value: unknown; readonly offset: number } | undefined {
  if (isSeq(node)) {
    const item = node.items[Number(segment)] as Node | undefined;
    return item && { value: item, offset: item.range?.[0] ?? 0 };
  }
  const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && String(key.value) === segment) : undefined;
  return pair && { value: pair.value, offset: (pair.key as Node).range?.[0] ?? 0 };
}

/** `Properties.Policies[0].PolicyName` as names and indexes. */
export function segmentsOf(path: string): string[] {
  return path.split(/[.[\]]+/).filter((segment) => segment !== '');
}
