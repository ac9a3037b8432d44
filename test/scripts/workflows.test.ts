/** What is published can only be made by pinned code, and only the jobs that publish have an identity. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';

interface Job {
  readonly environment?: string;
  readonly permissions?: Record<string, string>;
  readonly steps: readonly { readonly uses?: string; readonly run?: string; readonly env?: Record<string, string> }[];
}
interface Workflow {
  readonly on: Record<string, unknown>;
  readonly permissions: Record<string, string>;
  readonly jobs: Record<string, Job>;
}

const directory = path.resolve(__dirname, '../../.github/workflows');
const texts = readdirSync(directory).map((file) => [file, readFileSync(path.join(directory, file), 'utf8')] as const);
const jobs = texts.flatMap(([file, text]) =>
  Object.entries((parse(text) as Workflow).jobs).map(([name, job]) => [`${file}: ${name}`, job] as const),
);

test.each(texts)('%s uses actions by commit, with the version in a comment', (_, text) => {
  const uses = [...text.matchAll(/^\s*- uses: (.*)$/gm)].map(([, action]) => action);
  expect(uses.length).toBeGreaterThan(0);
  for (const action of uses) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
});

test.each(texts)('%s reads the repository, and nothing runs for the code of a fork with more', (_, text) => {
  const workflow = parse(text) as Workflow;
  expect(workflow.permissions).toEqual({ contents: 'read' });
  expect(Object.keys(workflow.on)).not.toContain('pull_request_target');
});

test.each(jobs)('%s has an identity and secrets only in the environment with reviewers', (_, job) => {
  expect(job.permissions?.contents ?? 'read').toBe('read');
  const privileged = job.permissions?.['id-token'] === 'write' || JSON.stringify(job).includes('secrets.');
  expect(job.environment).toBe(privileged ? 'release' : undefined);
});

test.each(jobs)('%s puts no text of an event into a script', (_, job) => {
  for (const { run = '' } of job.steps) expect(run).not.toContain('${{');
});

test.each(jobs.filter(([, job]) => job.environment))('%s installs only what a lock file has', (_, job) => {
  const scripts = job.steps.map(({ run = '' }) => run).join('\n');
  expect(scripts).not.toMatch(/npx |npm (i|install) |pip install/);
});
