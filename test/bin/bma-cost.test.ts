import { ASSUMPTIONS } from '../../analysis/cost/assumptions';
import { readAssembly } from '../../bin/bma/read-assembly';
import { runInProcess } from './run-in-process';
import { costLines } from '../../bin/cost-lines';
import { terminalStyle } from '../../bin/terminal-style';
import { assemblyOf } from '../examples/synthesized';

const directory = assemblyOf('ci-pipeline-agent');

const run = (...args: string[]) => runInProcess('cost', ...args);

test('cost prints every line with its price, the assumptions, and what is not in the sums', async () => {
  const { exit, out } = await run(directory, '--turns', '200');
  expect(exit).toBe(0);
  expect(out).toMatch(/\$102\.20 {2}14 × interface endpoint in one Availability Zone, \$0\.01 per hour/);
  expect(out).toMatch(/Idle and 200 turns, per month: \$\d+\.\d\d/);
  expect(out).toMatch(/Assumed\n {2}turnsPerMonth = 200: /);
  expect(out).toMatch(/Not in the sums\n {2}- /);
});

test('cost takes every assumption as a number, one stack, and gives data to programs', async () => {
  const numbers = Object.keys(ASSUMPTIONS).flatMap((name) => [
    name === 'turnsPerMonth' ? '--turns' : `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    '1',
  ]);
  const { out } = await run(directory, '--format', 'json', '--stack', 'CiPipelineAgent', ...numbers);
  const record = JSON.parse(out);
  expect(record.stacks).toEqual(['CiPipelineAgent']);
  expect(record.assumptions.map(({ value }: { value: number }) => value)).toEqual(
    numbers.filter((_, at) => at % 2).map(Number),
  );
  expect(record.idle).toContainEqual(expect.objectContaining({ unit: 'customer-managed key', quantity: 2, usd: 2 }));
  expect(record.idle.some(({ group }: { group: string }) => group === 'network')).toBe(false);
  expect((await run('--help')).out).toMatch(
    /--input-tokens-per-turn <number> +input tokens per turn[^(]*\(default: 400000\)/,
  );
});

test.each([
  [[directory, '--turns', 'many'], /--turns is 'many'\. Allowed: digits/],
  [[directory, '--cached-share', '75'], /cachedShare 75 is not accepted\. Allowed: a number from 0 to 1/],
  [[directory, '--stack', 'Other'], /no stack 'Other'\. Allowed: .*CiPipelineAgent/],
  [[__dirname], /isn't a cloud assembly: it has no manifest\.json/],
  [[directory, 'more'], /too many arguments for 'cost'/],
])('%j is refused with what is wrong', async (args, message) => {
  expect(await run(...args)).toMatchObject({ exit: 2, out: '', error: expect.stringMatching(message) });
});

test('npm start shows what a stack costs idle and per turn, and where the rest stands', () => {
  const plain = terminalStyle({ isTTY: false }, {});
  const agent = costLines(readAssembly(directory), 'CiPipelineAgent', plain).join('\n');
  expect(agent).toMatch(/Cost +\$2\.60 a month idle/);
  expect(agent).toMatch(
    /\$0\.\d{4} a turn \(400000 input and 10000 output tokens of openai\.gpt-5\.6-luna, 10 minutes\)/,
  );
  expect(agent).toMatch(/items are not included; npx bma cost cdk\.out --stack CiPipelineAgent/);
  expect(costLines(readAssembly(directory), 'CiPipelineNetwork', plain).join('\n')).toMatch(/\$103\.31 a month idle/);
});
