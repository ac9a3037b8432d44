/** A cloud assembly with the templates of a test. */
import * as fs from 'node:fs';
import * as path from 'node:path';

export interface WrittenStack {
  readonly resources: object;
  /** @default 111111111111 */
  readonly account?: string;
  /** Metadata of constructs, by path. @default none */
  readonly metadata?: object;
}

/** @returns the directory, which is created */
export function writeAssembly(directory: string, stacks: Readonly<Record<string, WrittenStack>>): string {
  fs.mkdirSync(directory);
  const artifacts = Object.fromEntries(
    Object.entries(stacks).map(([id, { resources, account = '111111111111', metadata }]) => {
      const templateFile = `${id}.template.json`;
      fs.writeFileSync(path.join(directory, templateFile), JSON.stringify({ Resources: resources }));
      return [
        id,
        {
          type: 'aws:cloudformation:stack',
          environment: `aws://${account}/us-east-1`,
          properties: { templateFile },
          metadata,
        },
      ];
    }),
  );
  fs.writeFileSync(path.join(directory, 'manifest.json'), JSON.stringify({ version: '36.0.0', artifacts }));
  return directory;
}
