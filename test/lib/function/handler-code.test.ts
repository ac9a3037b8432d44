import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { App, Stack } from 'aws-cdk-lib/core';
import { Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { handlerCode } from '../../../lib/function/handler-code';
import { stageAssets } from '../../staged-assets';

stageAssets();

const HANDLERS = path.resolve(__dirname, '../../../assets/handlers');
const FILES = JSON.parse(readFileSync(path.join(HANDLERS, 'files.json'), 'utf8')) as Record<string, string[]>;

test('each function gets its own file and the parts it imports, and nothing of another function', () => {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  for (const name of Object.keys(FILES)) {
    new LambdaFunction(stack, name, { runtime: Runtime.NODEJS_24_X, ...handlerCode(name) });
  }
  const assembly = app.synth();
  const resources = assembly.getStackByName('Stack').template.Resources as Record<string, any>;
  for (const [name, files] of Object.entries(FILES)) {
    const { Code, Handler } = Object.entries(resources).find(
      ([id, { Type }]) => Type === 'AWS::Lambda::Function' && id.startsWith(name.replace(/-/g, '')),
    )![1].Properties;
    const directory = path.join(assembly.directory, `asset.${String(Code.S3Key).replace(/\.zip$/, '')}`);
    const published = readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)));
    expect(published.sort()).toEqual([...files].sort());
    expect(files[0]).toBe(`${String(Handler).split('.')[0]}.js`);
  }
});
