import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { LocalScenario, ScenarioResult } from '../../bin/local-scenario';
import type { LocalCloud } from '../../local/cloud';
import { CodeCommitGit } from '../../local/stand-ins/code-commit-git';
import { LocalRepositories } from './local-repositories';
import { BUNDLE } from './scheduled-security-audit-stack';

/** Two nights: in the first, the auditor finds defects in two repositories; before the second, one of them is repaired. */
export const scenario: LocalScenario = {
  title: 'Two nights: three repositories are audited, each in a session of its own; one defect is repaired in between',
  stacks: ['ScheduledSecurityAudit'],
  script: 'local-scenario.yaml',
  events: [
    { schedule: 'AuditorSchedule', time: '2026-11-23T02:00:00Z' },
    { schedule: 'AuditorSchedule', time: '2026-11-24T02:00:00Z' },
  ],
  standIns,
  show,
};

/** CodeCommit on this machine, and the bundle in its bucket. */
async function standIns(cloud: LocalCloud): Promise<void> {
  const directory = mkdtempSync(path.join(tmpdir(), 'audit-'));
  cloud.onClose(() => rmSync(directory, { recursive: true, force: true }));
  const repositories = new LocalRepositories(directory);
  const role = cloud.deployment.one('AWS::IAM::Role', 'ExecutionRole');
  const git = await CodeCommitGit.start({
    region: cloud.region,
    ...cloud.credentialsFor(role.arn),
    repositories: Object.fromEntries(['payments-service', 'web-shop'].map((name) => [name, repositories.path(name)])),
  });
  cloud.onClose(() => git.close());
  cloud.endpoint('GIT_CODECOMMIT', git.url);
  await cloud.stores.s3.send(
    new PutObjectCommand({
      Bucket: cloud.deployment.one('AWS::S3::Bucket', 'Bundles').ref,
      Key: BUNDLE,
      Body: repositories.bundle('legacy-billing'),
    }),
  );
  let nights = 0;
  cloud.aroundTask = async (state, call) => {
    if (state === 'ClaimNight' && (nights += 1) === 2) repositories.repair();
    return await call();
  };
}

/** What the findings bucket holds at the end: the summary of each night, and what became of each finding. */
async function show({ cloud }: ScenarioResult): Promise<string[]> {
  const bucket = cloud.deployment.one('AWS::S3::Bucket', 'Findings').ref;
  const lines: string[] = [];
  for (const key of await cloud.stores.keys(bucket, 'audits/')) {
    const { night, totals, repositories } = JSON.parse(await cloud.stores.text(bucket, key)) as Summary;
    const { new: fresh, known, fixed, failed } = totals;
    lines.push(`Night of ${night}: ${fresh} new, ${known} known, ${fixed} fixed; ${failed} repositories failed`);
    for (const { repository, delivery } of repositories) {
      if (delivery === undefined) continue;
      const { runs } = JSON.parse(await cloud.stores.text(bucket, delivery.key)) as Log;
      lines.push(`  ${delivery.key}`);
      for (const { ruleId, baselineState, locations } of runs[0].results) {
        const { artifactLocation, region } = locations[0].physicalLocation;
        lines.push(
          `    ${baselineState.padEnd(9)} ${ruleId} ${repository}/${artifactLocation.uri}:${region.startLine}`,
        );
      }
    }
  }
  return lines;
}

interface Summary {
  readonly night: string;
  readonly totals: Readonly<Record<'new' | 'known' | 'fixed' | 'failed', number>>;
  readonly repositories: readonly { readonly repository: string; readonly delivery?: { readonly key: string } }[];
}

/** Of SARIF, what is shown. */
interface Log {
  readonly runs: readonly {
    readonly results: readonly {
      readonly ruleId: string;
      readonly baselineState: string;
      readonly locations: readonly {
        readonly physicalLocation: {
          readonly artifactLocation: { readonly uri: string };
          readonly region: { readonly startLine: number };
        };
      }[];
    }[];
  }[];
}
