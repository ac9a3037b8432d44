import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { LocalScenario } from '../../bin/local-scenario';
import type { LocalCloud } from '../../local/cloud';

/** What the repositories hold: one that says under which licence it may be used, and one that does not. */
const REPOSITORIES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'payments-service': {
    LICENSE: 'Apache License, Version 2.0\n',
    'package.json': '{ "name": "payments-service", "license": "Apache-2.0" }\n',
  },
  'web-shop': { 'package.json': '{ "name": "web-shop" }\n' },
};

/** It is three o'clock: the agent clones the repositories, and publishes which licences it found. */
export const scenario: LocalScenario = {
  title: 'The night has come; the agent reads the licences of two repositories and publishes a report',
  stacks: ['LicenceAuditor'],
  script: 'local-scenario.yaml',
  events: [{ schedule: 'Nightly', time: '2026-11-23T03:00:00Z' }],
  async standIns(cloud) {
    const bucket = bucketOf(cloud, 'Sources');
    for (const [name, files] of Object.entries(REPOSITORIES)) {
      await cloud.stores.s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${name}.bundle`, Body: packed(files) }));
    }
  },
  async show({ cloud }) {
    const bucket = bucketOf(cloud, 'Reports');
    const reports = await cloud.stores.keys(bucket, '');
    const texts = await Promise.all(reports.map((key) => cloud.stores.text(bucket, key)));
    return reports.flatMap((key, index) => [key, ...texts[index].trimEnd().split('\n')]);
  },
};

const bucketOf = (cloud: LocalCloud, part: string): string => cloud.deployment.one('AWS::S3::Bucket', part).ref;

/** A git bundle of one commit. */
function packed(files: Readonly<Record<string, string>>): Buffer {
  const directory = mkdtempSync(path.join(tmpdir(), 'licence-auditor-'));
  try {
    const repository = path.join(directory, 'repository');
    mkdirSync(repository);
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(repository, name), text);
    const git = (...args: string[]) => execFileSync('git', args, { cwd: repository, stdio: 'ignore' });
    git('init', '--initial-branch', 'main');
    git('add', '.');
    git('-c', 'user.name=Local run', '-c', 'user.email=local@example.com', 'commit', '--message', 'First');
    git('bundle', 'create', '../repository.bundle', '--all');
    return readFileSync(path.join(directory, 'repository.bundle'));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
